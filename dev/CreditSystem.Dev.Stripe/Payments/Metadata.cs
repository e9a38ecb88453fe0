namespace CreditSystem.Dev.Stripe.Payments;

internal static class Metadata
{
    /// <summary>Sets the given keys; an empty value takes a key away.</summary>
    public static void Merge(JsonObject value, Parameters parameters)
    {
        if (parameters.Map("metadata") is not { } given)
            return;
        if (value["metadata"] is not JsonObject metadata)
            value["metadata"] = metadata = [];
        foreach (var (name, text) in given)
        {
            if ((string?)text is { Length: > 0 } kept)
                metadata[name] = kept;
            else
                metadata.Remove(name);
        }
    }
}
