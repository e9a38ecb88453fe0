using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>Whether a value can be converted to a field's type, and else the server's words for why not.</summary>
internal static class FieldCheck
{
    /// <summary>A whole number in any notation of Go: 12, 0x1f, 0o17, 017.</summary>
    public static bool TryParseInteger(string text, out BigInteger number)
    {
        var isNegative = text.StartsWith('-');
        var digits = isNegative ? text[1..] : text;
        var isParsed = digits switch
        {
            ['0', 'x' or 'X', .. var hex] => BigInteger.TryParse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number),
            ['0', >= '0' and <= '9', ..] => TryParseOctal(digits, out number),
            _ => BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number),
        };
        number = isNegative ? -number : number;
        return isParsed;
    }

    /// <summary>Null where it can.</summary>
    public static string? Problem(FieldType type, JsonNode? value, bool isQuery) => type switch
    {
        _ when value is null => null,
        FieldType.Text or FieldType.Integer or FieldType.Flag when isQuery && value is JsonArray => $"'' expected type '{Name(type)}', got unconvertible type '[]string'",
        FieldType.Text => value is JsonValue ? null : Unconvertible("string", value),
        FieldType.Integer => Integer("''", value),
        FieldType.Flag => Flag(value),
        FieldType.Duration => Duration(value),
        FieldType.Map => Map(value),
        FieldType.TextMap => value is JsonObject || (value is JsonValue && IsTextMap(value.ToString())) ? null : "expected a map of texts",
        FieldType.Names => NamesProblem(value),
        FieldType.Integers => IntegersProblem(value),
        _ => null,
    };

    private static string Name(FieldType type) => type switch { FieldType.Integer => "int", FieldType.Flag => "bool", _ => "string" };

    private static string? Integer(string where, JsonNode value)
    {
        if (value is not JsonValue)
            return $"{where} expected type 'int', got unconvertible type '{TypeName(value)}'";
        if (value.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return null;
        var text = value.ToString();
        if (text.Length == 0)
            return null;
        if (!TryParseInteger(text, out var number))
            return $"{where} cannot parse value as 'int': strconv.ParseInt: invalid syntax";
        return number >= long.MinValue && number <= long.MaxValue ? null : $"{where} cannot parse value as 'int': strconv.ParseInt: value out of range";
    }

    private static string? Flag(JsonNode value)
    {
        if (value is not JsonValue)
            return Unconvertible("bool", value);
        return Fields.ParseFlag(value.ToString()) is not null || value.ToString().Length == 0 ? null : "'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax";
    }

    private static string? Duration(JsonNode value)
    {
        if (value is not JsonValue)
            return $"could not parse duration from {TypeName(value)}";
        var text = value.ToString();
        if (text.Length == 0)
            return null;
        if (!GoDuration.TryParse(text, out var duration))
            return $"time: invalid duration \"{text}\"";
        return duration < TimeSpan.Zero ? $"cannot provide negative value '{(long)duration.TotalSeconds}'" : null;
    }

    private static string? Map(JsonNode value) => value switch
    {
        JsonObject => null,
        JsonArray { Count: > 0 } list when list[0] is not JsonObject => $"'[0]' expected type 'map[string]interface {{}}', got unconvertible type '{TypeName(list[0])}'",
        _ => Unconvertible("map[string]interface {}", value),
    };

    private static string? NamesProblem(JsonNode value)
    {
        var items = value is JsonArray list ? list.AsEnumerable() : [value];
        return items.Select((item, index) => (item, index)).FirstOrDefault(pair => pair.item is JsonObject or JsonArray) is ({ } wrong, var at)
            ? $"1 error(s) decoding:\n\n* '[{at}]' expected type 'string', got unconvertible type '{TypeName(wrong)}', value: '{GoText(wrong)}'"
            : null;
    }

    private static string? IntegersProblem(JsonNode value)
    {
        IEnumerable<JsonNode?> items = value switch
        {
            JsonArray list => list,
            JsonValue => value.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => (JsonNode?)text),
            _ => [value],
        };
        var problem = items.Select((item, index) => item is null ? null : Integer($"'[{index}]'", item)).FirstOrDefault(found => found is not null);
        return problem is null ? null : $"decoding failed due to the following error(s):\n\n{problem}";
    }

    private static string Unconvertible(string type, JsonNode? value) => $"'' expected type '{type}', got unconvertible type '{TypeName(value)}'";

    internal static string TypeName(JsonNode? value) => value switch
    {
        JsonObject => "map[string]interface {}",
        JsonArray => "[]interface {}",
        JsonValue some when some.GetValueKind() == JsonValueKind.Number => "json.Number",
        JsonValue some when some.GetValueKind() is JsonValueKind.True or JsonValueKind.False => "bool",
        null => "<nil>",
        _ => "string",
    };

    /// <summary>As Go prints it with %v.</summary>
    private static string GoText(JsonNode? value) => value switch
    {
        JsonObject map => $"map[{string.Join(' ', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{GoText(pair.Value)}"))}]",
        JsonArray list => $"[{string.Join(' ', list.Select(GoText))}]",
        null => "<nil>",
        _ => value.ToString(),
    };

    private static bool TryParseOctal(string digits, out BigInteger number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7')
                return false;
            number = (number * 8) + (digit - '0');
        }

        return true;
    }

    private static bool IsTextMap(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject;
        }
        catch (JsonException)
        {
            return text.Contains('=');
        }
    }
}
