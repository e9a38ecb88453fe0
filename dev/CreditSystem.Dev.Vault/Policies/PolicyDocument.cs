using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>A policy's text, HCL or JSON, as rules.</summary>
internal static class PolicyDocument
{
    private static readonly string[] Known = ["create", "read", "update", "patch", "delete", "list", "sudo", "deny", "subscribe", "recover", "scan"];

    /// <exception cref="VaultFault">It is not a policy.</exception>
    public static IReadOnlyList<PolicyRule> Parse(string text) =>
        text.TrimStart().StartsWith('{')
            ? [.. PathsOf(text).SelectMany(path => (path.Value is JsonArray several ? several.OfType<JsonObject>() : [path.Value as JsonObject ?? []]).Select(body => Rule(path.Key, body)))]
            : [.. new HclParser(text).ParseBlocks().Where(block => block.Type == "path").Select(block => Rule(block.Label, block.Body))];

    private static IEnumerable<KeyValuePair<string, JsonNode?>> PathsOf(string text)
    {
        try
        {
            return JsonNode.Parse(text)?["path"] switch
            {
                null => [],
                JsonArray several => several.OfType<JsonObject>().SelectMany(one => one),
                var one => one.AsObject(),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw VaultFault.BadRequest($"failed to parse policy: {exception.Message}");
        }
    }

    private static PolicyRule Rule(string path, JsonObject body)
    {
        var fields = new Fields(body);
        if (body.FirstOrDefault(field => !IsField(field.Key)).Key is { } unknown)
            throw VaultFault.BadRequest($"failed to parse policy: path \"{path}\": invalid key \"{unknown}\"");
        var capabilities = fields.Names("capabilities") ?? FromOldStyle(fields.Text("policy"));
        if (capabilities.FirstOrDefault(capability => !Known.Contains(capability)) is { } wrong)
            throw VaultFault.BadRequest($"failed to parse policy: path \"{path}\": invalid capability \"{wrong}\"");
        if (path.Contains("+*", StringComparison.Ordinal))
            throw VaultFault.BadRequest($"failed to parse policy: path \"{path}\": invalid use of wildcards ('+*' is forbidden)");
        return new PolicyRule(path.TrimStart('/'), capabilities.ToHashSet())
        {
            AllowedParameters = Parameters(body["allowed_parameters"]),
            DeniedParameters = Parameters(body["denied_parameters"]),
            RequiredParameters = fields.Names("required_parameters") ?? [],
            MinWrappingTtl = fields.Duration("min_wrapping_ttl") ?? TimeSpan.Zero,
            MaxWrappingTtl = fields.Duration("max_wrapping_ttl") ?? TimeSpan.Zero,
        };
    }

    private static bool IsField(string name) =>
        name is "capabilities" or "policy" or "allowed_parameters" or "denied_parameters" or "required_parameters" or "min_wrapping_ttl" or "max_wrapping_ttl" or "comment";

    private static Dictionary<string, IReadOnlyList<string>> Parameters(JsonNode? node) =>
        (node as JsonObject)?.ToDictionary(pair => pair.Key, IReadOnlyList<string> (pair) => [.. (pair.Value as JsonArray ?? []).Select(value => value?.ToString() ?? "")]) ?? [];

    private static string[] FromOldStyle(string? policy) => policy switch
    {
        "deny" => ["deny"],
        "read" => ["read", "list"],
        "write" => ["create", "read", "update", "delete", "list"],
        "sudo" => ["create", "read", "update", "delete", "list", "sudo"],
        _ => [],
    };
}
