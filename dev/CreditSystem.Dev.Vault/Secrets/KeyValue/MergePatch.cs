using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Secrets.KeyValue;

/// <summary>RFC 7396.</summary>
internal static class MergePatch
{
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        var result = (JsonObject)target.DeepClone();
        foreach (var (name, value) in patch)
        {
            if (value is null)
                result.Remove(name);
            else if (value is JsonObject inner)
                result[name] = Apply(result[name] as JsonObject ?? [], inner);
            else
                result[name] = value.DeepClone();
        }

        return result;
    }
}
