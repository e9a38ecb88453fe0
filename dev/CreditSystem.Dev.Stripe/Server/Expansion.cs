namespace CreditSystem.Dev.Stripe.Server;

/// <summary>Puts objects where an answer has their ids (https://docs.stripe.com/api/expanding_objects).</summary>
internal static class Expansion
{
    private const int MaxDepth = 4;

    public static void Apply(JsonNode answer, IEnumerable<string> paths, Func<string, JsonObject?> find)
    {
        foreach (var path in paths)
        {
            var parts = path.Split('.');
            if (parts.Length > MaxDepth || !Expand(answer, parts, find))
                throw StripeFailure.Invalid($"This property cannot be expanded ({path}).", param: "expand");
        }
    }

    private static bool Expand(JsonNode? at, ReadOnlySpan<string> path, Func<string, JsonObject?> find)
    {
        if (path.IsEmpty)
            return true;
        if (at is JsonArray items)
        {
            foreach (var item in items)
            {
                if (!Expand(item, path, find))
                    return false;
            }

            return true;
        }

        if (at is not JsonObject value || !value.TryGetPropertyValue(path[0], out var next))
            return false;
        if (next is null)
            return true;
        if (next is JsonValue text && text.TryGetValue<string>(out var id))
        {
            if (find(id) is not { } found)
                return false;
            value[path[0]] = next = Objects.Public(found);
        }

        return Expand(next, path[1..], find);
    }
}
