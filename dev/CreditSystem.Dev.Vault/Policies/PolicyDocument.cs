using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>A policy's text, HCL or JSON, as rules.</summary>
internal static class PolicyDocument
{
    private static readonly string[] Capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo", "deny"];
    private static readonly string[] Keys =
    [
        "capabilities", "policy", "allowed_parameters", "denied_parameters", "required_parameters", "min_wrapping_ttl", "max_wrapping_ttl",
        "comment", "expiration", "pagination_limit", "list_scan_response_keys_filter_path", "control_group",
    ];

    /// <exception cref="VaultFault">It is not a policy.</exception>
    public static IReadOnlyList<PolicyRule> Parse(string text) => [.. (text.TrimStart().StartsWith('{') ? FromJson(text) : FromHcl(text)).Select(Rule)];

    private static IEnumerable<(string Path, IReadOnlyList<HclParser.Item> Members)> FromHcl(string text)
    {
        foreach (var item in new HclParser(text).Parse())
        {
            if (item.Keys[0] is not ("path" or "name"))
                throw VaultFault.BadRequest($"failed to parse policy: 1 error occurred:\n\t* invalid key \"{item.Keys[0]}\" on line {item.At.Line}\n\n");
            if (item.Keys[0] == "path")
                yield return (item.Keys.ElementAtOrDefault(1) ?? "", item.Members);
        }
    }

    private static IEnumerable<(string Path, IReadOnlyList<HclParser.Item> Members)> FromJson(string text) =>
        from path in PathsOf(text)
        from body in path.Value is JsonArray several ? several.OfType<JsonObject>() : [path.Value as JsonObject ?? []]
        select (path.Key, (IReadOnlyList<HclParser.Item>)[.. body.Select(member => new HclParser.Item([member.Key], member.Value, new(1, 1), new(1, 1)))]);

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

    private static PolicyRule Rule((string Path, IReadOnlyList<HclParser.Item> Members) block)
    {
        var (path, members) = block;
        var values = new JsonObject();
        foreach (var member in members)
        {
            if (!Keys.Contains(member.Keys[0]))
                throw Wrong(path, $"1 error occurred:\n\t* invalid key \"{member.Keys[0]}\" on line {member.At.Line}\n\n");
            if (member.Keys[0] is "capabilities" or "required_parameters" && member.Value is not JsonArray)
                throw Wrong(path, $"path \"{path}\": At {member.ValueAt}: unknown slice type: *ast.LiteralType");
            if (member.Keys[0] is "allowed_parameters" or "denied_parameters" && member.Value is not JsonObject)
                throw Wrong(path, $"path \"{path}\": At {member.ValueAt}: root.{member.Keys[0]}: not an object type for map (*ast.{(member.Value is JsonArray ? "ListType" : "LiteralType")})");
            values[member.Keys[0]] = member.Value?.DeepClone();
        }

        if (path.Contains("+*", StringComparison.Ordinal))
            throw Wrong(path, $"path \"{path}\": invalid use of wildcards ('+*' is forbidden)");
        return Checked(path, new Fields(values), values);
    }

    private static PolicyRule Checked(string path, Fields fields, JsonObject values)
    {
        var capabilities = fields.Names("capabilities") ?? FromOldStyle(path, fields.Text("policy"));
        if (capabilities.FirstOrDefault(capability => !Capabilities.Contains(capability)) is { } wrong)
            throw Wrong(path, $"path \"{path}\": invalid capability \"{wrong}\"");
        if (values["control_group"] is not null)
            throw Wrong(path, values.ToJsonString().Contains("controlled_capabilities", StringComparison.Ordinal)
                ? "control groups are not supported by this development server"
                : "error handling control_group: 1 error occurred:\n\t* factor 0: missing controlled capabilities\n\n");
        if (fields.Text("list_scan_response_keys_filter_path") is { } filter)
            throw Wrong(path, filter.Contains(".key", StringComparison.Ordinal)
                ? "list_scan_response_keys_filter_path is not supported by this development server"
                : "list_scan_response_keys_filter_path resulted in same path for two different keys");
        var rule = new PolicyRule(path.TrimStart('/'), capabilities.ToHashSet())
        {
            AllowedParameters = Parameters(values["allowed_parameters"]),
            DeniedParameters = Parameters(values["denied_parameters"]),
            RequiredParameters = fields.Names("required_parameters") ?? [],
            MinWrappingTtl = fields.Duration("min_wrapping_ttl") ?? TimeSpan.Zero,
            MaxWrappingTtl = fields.Duration("max_wrapping_ttl") ?? TimeSpan.Zero,
            PaginationLimit = values["pagination_limit"]?.GetValue<double>() ?? 0,
            ExpiresAt = fields.Text("expiration") is { } text ? DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var end) ? end : throw Wrong(path, $"invalid expiration \"{text}\"") : null,
        };
        if (rule.MaxWrappingTtl > TimeSpan.Zero && rule.MaxWrappingTtl < rule.MinWrappingTtl)
            throw Wrong(path, "max_wrapping_ttl cannot be less than min_wrapping_ttl");
        return rule;
    }

    private static VaultFault Wrong(string path, string reason) => VaultFault.BadRequest($"failed to parse policy: path \"{path}\": {reason}");

    private static Dictionary<string, IReadOnlyList<string>> Parameters(JsonNode? node) =>
        (node as JsonObject)?.ToDictionary(pair => pair.Key.ToLowerInvariant(), IReadOnlyList<string> (pair) => [.. (pair.Value as JsonArray ?? []).Select(value => value?.ToString() ?? "")]) ?? [];

    private static string[] FromOldStyle(string path, string? policy) => policy switch
    {
        null => [],
        "deny" => ["deny"],
        "read" => ["read", "list"],
        "write" => ["create", "read", "update", "delete", "list"],
        "sudo" => ["create", "read", "update", "delete", "list", "sudo"],
        _ => throw Wrong(path, $"path \"{path}\": invalid policy \"{policy}\""),
    };
}
