using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Site.Reference;

/// <summary>What a value looks like: its type in words, and its members as a list.</summary>
/// <param name="document">Where references lead.</param>
internal sealed class SchemaHtml(JsonObject document)
{
    /// <summary>Deeper than any body is; a schema may refer to itself.</summary>
    private const int MaxDepth = 5;

    /// <summary>The members of an object or of the items of an array; nothing of a plain value.</summary>
    public string Members(JsonNode? schema, int depth = 0)
    {
        var resolved = ItemsOf(Resolve(schema));
        if (depth >= MaxDepth || Properties(resolved).ToList() is not { Count: > 0 } properties)
            return string.Concat(Alternatives(resolved).Select(one => Members(one, depth + 1)));
        var required = Required(resolved);
        var html = new StringBuilder("<ul class=\"members\">\n");
        foreach (var (name, member) in properties)
            html.Append(Member(name, member, required.Contains(name), depth));
        return html.Append("</ul>\n").ToString();
    }

    /// <summary>One member or parameter: its name, its type, and what is said of it.</summary>
    public string Member(string name, JsonNode? schema, bool isRequired, int depth = 0, string? description = null)
    {
        var resolved = Resolve(schema);
        var said = description ?? (string?)(schema as JsonObject)?["description"] ?? (string?)resolved?["description"];
        var mark = isRequired ? " <span class=\"required\">required</span>" : "";
        return $"""
            <li><code class="name">{Html.Text(name)}</code> <span class="type">{Html.Text(TypeOf(resolved))}</span>{mark}
            {Html.Prose(said)}{Limits(resolved)}{Members(resolved, depth + 1)}</li>

            """;
    }

    private string TypeOf(JsonObject? schema)
    {
        if (schema is null)
            return "anything";
        var names = schema["type"] switch
        {
            JsonArray several => several.Select(type => (string)type!).Where(type => type != "null"),
            JsonNode one => [(string)one!],
            null => Alternatives(schema).Select(one => TypeOf(Resolve(one))).Where(type => type != "null").Distinct(),
        };
        var name = string.Join(" or ", names);
        if (name == "array")
            return $"array of {TypeOf(Resolve(schema["items"]))}";
        if (name.Length == 0)
            name = Properties(schema).Any() ? "object" : "anything";
        return (string?)schema["format"] is { } format ? $"{name} ({format})" : name;
    }

    private static string Limits(JsonObject? schema)
    {
        if (schema is null)
            return "";
        var limits = new List<string>();
        if (schema["enum"] is JsonArray values)
            limits.Add("One of " + string.Join(
                ", ", values.OfType<JsonNode>().Select(value => $"<code>{Html.Text(value.ToString())}</code>")));
        if (schema["minLength"] is { } min && schema["maxLength"] is { } max)
            limits.Add($"{min} to {max} characters");
        else
            Add("maxLength", "at most {0} characters");
        Add("minimum", "at least {0}");
        Add("maximum", "at most {0}");
        Add("maxItems", "at most {0} items");
        Add("pattern", "matches <code>{0}</code>");
        Add("default", "<code>{0}</code> where it is left out");
        return limits.Count == 0 ? "" : $"<p class=\"type\">{string.Join("; ", limits)}.</p>";

        void Add(string keyword, string words)
        {
            if (schema[keyword] is { } value)
                limits.Add(words.Replace("{0}", Html.Text(value.ToString()), StringComparison.Ordinal));
        }
    }

    private JsonObject? Resolve(JsonNode? schema)
    {
        for (var step = 0; step < MaxDepth && (string?)(schema as JsonObject)?["$ref"] is { } reference; step++)
            schema = reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)document, (node, part) => node?[part]);
        return schema as JsonObject;
    }

    private JsonObject? ItemsOf(JsonObject? schema) => schema?["items"] is { } items ? Resolve(items) : schema;

    private IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonObject? schema) =>
        (schema?["properties"] as JsonObject ?? [])
            .Concat((schema?["allOf"] as JsonArray ?? []).SelectMany(part => Properties(Resolve(part))));

    private HashSet<string> Required(JsonObject? schema) =>
    [
        .. (schema?["required"] as JsonArray ?? []).Select(name => (string)name!),
        .. (schema?["allOf"] as JsonArray ?? []).SelectMany(part => Required(Resolve(part))),
    ];

    private static IEnumerable<JsonNode?> Alternatives(JsonObject? schema) =>
        (schema?["oneOf"] as JsonArray ?? []).Concat(schema?["anyOf"] as JsonArray ?? []);
}
