using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Site.Reference;

/// <summary>One operation: what it is for, what it takes, what it answers, and an example of each.</summary>
internal static class OperationHtml
{
    public static string Render(ApiOperation operation, SchemaHtml schemas) => $"""
        <section class="operation">
        {Html.Heading(operation.Id, operation.Summary)}
        <p class="call">{Verb(operation)} <code>{Html.Text(operation.Path)}</code></p>
        {Html.Prose(operation.Description)}
        {Parameters(operation, schemas)}{Body(operation, schemas)}{Responses(operation, schemas)}
        </section>

        """;

    public static string Verb(ApiOperation operation) =>
        $"<span class=\"verb {operation.Verb.ToLowerInvariant()}\">{operation.Verb}</span>";

    private static string Parameters(ApiOperation operation, SchemaHtml schemas)
    {
        if (operation.Json["parameters"] is not JsonArray { Count: > 0 } parameters)
            return "";
        var html = new StringBuilder("<h4>Parameters</h4>\n<ul class=\"members\">\n");
        foreach (var parameter in parameters.OfType<JsonObject>().Where(parameter => parameter["name"] is not null))
        {
            var place = (string?)parameter["in"];
            var said = $"{(string?)parameter["description"]} In the {(place == "header" ? "headers" : place)}.".TrimStart();
            var isRequired = (bool?)parameter["required"] == true;
            html.Append(schemas.Member((string)parameter["name"]!, parameter["schema"], isRequired, description: said));
        }

        return html.Append("</ul>\n").ToString();
    }

    private static string Body(ApiOperation operation, SchemaHtml schemas)
    {
        if (operation.Json["requestBody"]?["content"] is not JsonObject { Count: > 0 } content)
            return "";
        var (type, media) = (content.First().Key, content.First().Value as JsonObject);
        var examples = string.Concat(ExamplesOf(media).Select(Html.Example));
        return $"<h4>Body</h4>\n<p class=\"type\">{Html.Text(type)}</p>\n{schemas.Members(media?["schema"])}{examples}";
    }

    private static string Responses(ApiOperation operation, SchemaHtml schemas)
    {
        if (operation.Json["responses"] is not JsonObject { Count: > 0 } responses)
            return "";
        var html = new StringBuilder("<h4>Answers</h4>\n");
        foreach (var (status, response) in responses.OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            var summary = $"<span class=\"status-{Html.Text(status[..1])}\">{Html.Text(status)}</span> "
                + Html.Text((string?)response?["description"]);
            html.Append(Html.Part(summary, Headers(response, schemas) + Contents(response, schemas), status.StartsWith('2')));
        }

        return html.ToString();
    }

    private static string Headers(JsonNode? response, SchemaHtml schemas)
    {
        if (response?["headers"] is not JsonObject { Count: > 0 } headers)
            return "";
        var members = headers.Select(header => schemas.Member(
            header.Key, header.Value?["schema"], isRequired: false, description: $"{(string?)header.Value?["description"]} A header."));
        return $"<ul class=\"members\">\n{string.Concat(members)}</ul>\n";
    }

    private static string Contents(JsonNode? response, SchemaHtml schemas)
    {
        var html = new StringBuilder();
        foreach (var (type, media) in response?["content"] as JsonObject ?? [])
        {
            html.Append($"<p class=\"type\">{Html.Text(type)}</p>\n");
            foreach (var example in ExamplesOf(media))
                html.Append(Html.Example(example));
            html.Append(schemas.Members(media?["schema"]));
        }

        return html.ToString();
    }

    private static IEnumerable<JsonNode> ExamplesOf(JsonNode? media) =>
        media?["example"] is { } example
            ? [example]
            : (media?["examples"] as JsonObject ?? []).Select(one => one.Value?["value"]).OfType<JsonNode>();
}
