using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>One request of the fuzz: what the document describes, then spoilt in some way. The same number gives the same request.</summary>
internal sealed class FuzzRequest(WholeApi api, ApiOperation operation, int seed, IReadOnlyList<string> ids)
{
    private readonly Random random = new(seed);

    private static readonly string[] Texts =
    [
        "", " ", "a", "alice", "credits", "issuance", "revenue", "null", "0", "-1", "1e9", "0.5", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "2026-01-31T12:00:00Z", "2026-13-40", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "<script>alert(1)</script>", "' OR '1'='1", "{\"$ne\":null}", "$where", "%00", "%s%n%x",
        "../../../etc/passwd", "\0", "\u202Etxt.exe", "\uFEFF", "e\u0301", "😀", "SURROGATE", "a\r\nX-Injected: 1", "=1+1", "eventual", "json", "csv", new string('x', 65), new string('9', 400), new string('ä', 5000),
    ];

    public HttpRequestMessage Build()
    {
        var path = operation.Path;
        var query = new List<string>();
        var message = new HttpRequestMessage { Method = new HttpMethod(operation.Method) };
        foreach (var parameter in operation.Parameters)
        {
            var name = (string)parameter["name"]!;
            var value = random.Next(3) == 0 ? Pick(Texts) : name is "id" or "cursor" ? Pick(ids) : Text(Value(parameter["schema"] ?? new JsonObject(), 0));
            switch ((string?)parameter["in"])
            {
                case "path":
                    // The server itself refuses a path with a NUL; the one in memory throws it at the client.
                    value = value.Replace("\0", "", StringComparison.Ordinal);
                    path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value.Length == 0 ? "-" : value), StringComparison.Ordinal);
                    break;
                case "query" when random.Next(2) == 0:
                    query.Add($"{name}={Uri.EscapeDataString(value)}");
                    break;
                case "header" when random.Next(8) != 0:
                    message.Headers.TryAddWithoutValidation(name, random.Next(6) == 0 ? value.ReplaceLineEndings(" ") : $"key-{random.Next(200)}");
                    break;
            }
        }
        message.RequestUri = new Uri(path + (query.Count == 0 ? "" : "?" + string.Join('&', query)), UriKind.Relative);
        if (operation.RequestSchema is { } schema)
            message.Content = Content(schema);
        return message;
    }

    private ByteArrayContent Content(JsonNode schema)
    {
        var text = (Value(schema, 0)?.ToJsonString() ?? "null").Replace("SURROGATE", "\\ud800", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(random.Next(4) == 0 ? Spoil(text) : text);
        if (random.Next(40) == 0 && bytes.Length > 0)
            bytes[random.Next(bytes.Length)] = 0xFF;
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(random.Next(30) == 0 ? "text/plain" : "application/json");
        return content;
    }

    private string Spoil(string text) => random.Next(9) switch
    {
        0 => "",
        1 => text[..random.Next(text.Length)],
        2 => text + "{}",
        3 => text.Replace("{", "{\"unknown\":1,", StringComparison.Ordinal),
        4 when text.Length > 2 => string.Concat("{", text.AsSpan(1, text.Length - 2), ",", text.AsSpan(1)),
        5 => new string('[', 200) + new string(']', 200),
        6 => $"[{text}]",
        7 => text.Replace('"', '\''),
        _ => text.Insert(random.Next(text.Length), Pick(["\0", ",", "1e400", "NaN", "//", "\\u0000", "\uD83D\uDE00"])),
    };

    /// <summary>A value of the schema, or, now and then, of another type.</summary>
    private JsonNode? Value(JsonNode schema, int depth)
    {
        schema = api.Resolve(schema);
        if (random.Next(20) == 0 || depth > 6)
            return Wrong();
        if (schema["oneOf"] is JsonArray choices)
            return Value(choices[random.Next(choices.Count)]!, depth + 1);
        var types = schema["type"] is JsonArray several ? several.Select(type => (string)type!).ToArray() : [(string?)schema["type"] ?? "string"];
        return Pick(types) switch
        {
            "object" => Members(schema, depth),
            "array" => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(schema["items"]!, depth + 1))]),
            "integer" or "number" => Pick([1, 2, 10, 0, -1, int.MaxValue, long.MaxValue]),
            "boolean" => random.Next(2) == 0,
            "null" => null,
            _ => Word(schema),
        };
    }

    private JsonNode Word(JsonNode schema) => (string?)schema["format"] switch
    {
        "uuid" => Pick(ids),
        "date-time" => "2030-01-01T00:00:00Z",
        _ when schema["pattern"] is not null => random.Next(500).ToString(CultureInfo.InvariantCulture),
        _ => random.Next(3) == 0 ? Pick(ids) : Pick(Texts),
    };

    private JsonObject Members(JsonNode schema, int depth)
    {
        var required = schema["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
        var made = new JsonObject();
        foreach (var (name, member) in schema["properties"]?.AsObject() ?? [])
            if (required.Contains(name) ? random.Next(25) != 0 : random.Next(3) == 0)
                made[name] = Value(member!, depth + 1);
        if (schema["additionalProperties"] is JsonObject free)
            for (var i = random.Next(3); i > 0; i--)
                made[Pick(Texts) + i] = Value(free, depth + 1);
        return made;
    }

    private JsonNode? Wrong() => random.Next(6) switch
    {
        0 => null,
        1 => new JsonArray(1, "a", null),
        2 => new JsonObject { ["a"] = new JsonObject { ["b"] = 1 } },
        3 => random.NextDouble() * 1e18,
        4 => true,
        _ => Pick(Texts),
    };

    private static string Text(JsonNode? value) => value is JsonValue ? value.ToString() : value?.ToJsonString() ?? "null";

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
