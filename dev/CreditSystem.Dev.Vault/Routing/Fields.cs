using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>A request's parameters, as loosely typed as Vault takes them: a number may be a string and a list may be comma-separated.</summary>
internal sealed class Fields(JsonObject values)
{
    public JsonObject All => values;

    public bool Has(string name) => values[name] is not null;

    public string? Text(string name) => values[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value => value.ToJsonString(),
        _ => throw Mistyped(name, "string"),
    };

    /// <exception cref="VaultFault">It is missing or empty.</exception>
    public string RequiredText(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw VaultFault.BadRequest($"missing {name}");

    public int? Integer(string name)
    {
        if (Text(name) is not { Length: > 0 } text)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Mistyped(name, "int");
    }

    public bool? Flag(string name) => Text(name) switch
    {
        null or "" => null,
        "true" or "1" or "True" or "TRUE" or "t" => true,
        "false" or "0" or "False" or "FALSE" or "f" => false,
        _ => throw Mistyped(name, "bool"),
    };

    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { Length: > 0 } text)
            return null;
        return GoDuration.TryParse(text, out var duration) ? duration : throw Mistyped(name, "duration");
    }

    public IReadOnlyList<string>? Names(string name) => values[name] switch
    {
        null => null,
        JsonArray array => [.. array.Select(item => item?.ToString() ?? "")],
        _ => [.. Text(name)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
    };

    public IReadOnlyList<int>? Integers(string name) =>
        Names(name)?.Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw Mistyped(name, "int")).ToList();

    public JsonObject? Object(string name) => values[name] switch
    {
        null => null,
        JsonObject found => found,
        _ => throw Mistyped(name, "map"),
    };

    public JsonArray? Array(string name) => values[name] switch
    {
        null => null,
        JsonArray found => found,
        _ => throw Mistyped(name, "slice"),
    };

    /// <summary>A map of strings, which may itself be a JSON text in a string.</summary>
    public IReadOnlyDictionary<string, string>? Map(string name)
    {
        try
        {
            var map = values[name] is JsonValue ? JsonNode.Parse(Text(name)!) : values[name];
            return (map as JsonObject)?.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "");
        }
        catch (JsonException)
        {
            throw Mistyped(name, "map");
        }
    }

    private static VaultFault Mistyped(string name, string type) =>
        VaultFault.BadRequest($"Field validation failed: error converting input for field \"{name}\": it is not a {type}");
}
