using System.Text.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>A request's parameters, as loosely typed as Vault takes them: a number may be a string and a list may be comma-separated.</summary>
internal sealed class Fields(JsonObject values, bool isQuery = false)
{
    public JsonObject All => values;

    /// <exception cref="VaultFault">It is given, and cannot be converted to that type.</exception>
    public void Require(string name, FieldType type)
    {
        if (FieldCheck.Problem(type, values[name], isQuery) is { } problem)
            throw VaultFault.BadRequest($"error converting input for field \"{name}\": {problem}");
    }

    /// <summary>Whether it is given and not null.</summary>
    public bool Has(string name) => values[name] is not null;

    /// <summary>Whether it is given, be it as null.</summary>
    public bool Contains(string name) => values.ContainsKey(name);

    public string? Text(string name)
    {
        Require(name, FieldType.Text);
        return values[name]?.ToString();
    }

    /// <exception cref="VaultFault">It is missing or empty.</exception>
    public string RequiredText(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw VaultFault.BadRequest($"missing {name}");

    public long? Integer(string name)
    {
        Require(name, FieldType.Integer);
        return values[name]?.ToString() switch
        {
            null or "" => null,
            "true" => 1,
            "false" => 0,
            var text => FieldCheck.TryParseInteger(text, out var number) ? (long)number : null,
        };
    }

    public bool? Flag(string name)
    {
        Require(name, FieldType.Flag);
        return ParseFlag(values[name]?.ToString());
    }

    public TimeSpan? Duration(string name)
    {
        Require(name, FieldType.Duration);
        return values[name]?.ToString() is { Length: > 0 } text && GoDuration.TryParse(text, out var duration) ? duration : null;
    }

    public IReadOnlyList<string>? Names(string name)
    {
        Require(name, FieldType.Names);
        return values[name] switch
        {
            null => null,
            JsonArray array => [.. array.Select(item => item?.ToString() ?? "")],
            var text => Split(text.ToString()),
        };
    }

    public IReadOnlyList<long>? Integers(string name)
    {
        Require(name, FieldType.Integers);
        return Names(name)?.Select(text => FieldCheck.TryParseInteger(text, out var number) ? (long)number : 0).ToList();
    }

    public JsonObject? Object(string name)
    {
        Require(name, FieldType.Map);
        return values[name] as JsonObject;
    }

    /// <summary>A map of strings, which may itself be a JSON text in a string.</summary>
    public IReadOnlyDictionary<string, string>? Map(string name)
    {
        Require(name, FieldType.TextMap);
        return values[name] switch
        {
            null => null,
            JsonObject map => Texts(map),
            var text => ParseMap(text.ToString()),
        };
    }

    /// <summary>Names to values from JSON, or from <c>a=b,c=d</c>.</summary>
    public static IReadOnlyDictionary<string, string> ParseMap(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject map ? Texts(map) : new Dictionary<string, string>();
        }
        catch (JsonException)
        {
            return Split(text).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        }
    }

    public static bool? ParseFlag(string? text) => text switch
    {
        "true" or "1" or "True" or "TRUE" or "t" or "T" => true,
        "false" or "0" or "False" or "FALSE" or "f" or "F" => false,
        _ => null,
    };

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Dictionary<string, string> Texts(JsonObject map) => map.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "");
}
