using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Site.Reference;

/// <summary>
/// The pages that are made of <c>docs/openapi.json</c>, which a test holds to what the API serves: one per tag, and the one that lists
/// the tags.
/// </summary>
internal static class ReferencePages
{
    private const string Url = $"/docs/{SiteMap.Reference}";

    public static IEnumerable<Page> Read(string root)
    {
        var document = JsonNode.Parse(File.ReadAllText(Path.Combine(root, "docs", "openapi.json")))!.AsObject();
        var schemas = new SchemaHtml(document);
        var tags = ApiOperation.All(document).GroupBy(operation => operation.Tag)
            .OrderBy(tag => tag.Key, StringComparer.OrdinalIgnoreCase).ToList();
        return tags.Select(tag => OfTag(tag.Key, ApiOperation.DescriptionOf(document, tag.Key), [.. tag], schemas))
            .Prepend(OfTags(document, tags));
    }

    private static Page OfTag(string tag, string description, List<ApiOperation> operations, SchemaHtml schemas)
    {
        var content = new StringBuilder($"<p><a href=\"{Url}\">Reference</a></p>\n")
            .Append($"<h1>{Html.Text(tag)}</h1>\n{Html.Prose(description)}");
        foreach (var operation in operations)
            content.Append(OperationHtml.Render(operation, schemas));
        return Page($"{Url}/{operations[0].TagSlug}", $"Reference: {tag}", content, operations.Select(operation => new PageSection(
            operation.Id, 2, operation.Summary, $"{operation.Verb} {operation.Path} {operation.Id} {operation.Description}")));
    }

    private static Page OfTags(JsonObject document, List<IGrouping<string, ApiOperation>> tags)
    {
        var content = new StringBuilder("<h1>Reference</h1>\n").Append(Html.Prose((string?)document["info"]?["description"]))
            .Append("<p>Every route, as the API serves it. ")
            .Append("For programs: <a href=\"/openapi/v1.json\">the OpenAPI document</a>.</p>\n");
        foreach (var tag in tags)
        {
            var slug = Html.Text(tag.First().TagSlug);
            content.Append($"<h2 id=\"{slug}\"><a href=\"{Url}/{slug}\">{Html.Text(tag.Key)}</a></h2>\n")
                .Append(Html.Prose(ApiOperation.DescriptionOf(document, tag.Key)));
            foreach (var operation in tag)
                content.Append(Row(operation));
        }

        return Page(Url, "Reference", content, tags.Select(tag => new PageSection(tag.First().TagSlug, 2, tag.Key, "")));
    }

    private static string Row(ApiOperation operation) => $"""
        <p class="call">{OperationHtml.Verb(operation)} <a href="{Html.Text(operation.Url)}"><code>{Html.Text(operation.Path)}</code></a>
        <span class="type">{Html.Text(operation.Summary == operation.Path ? "" : operation.Summary)}</span></p>

        """;

    private static Page Page(string url, string title, StringBuilder content, IEnumerable<PageSection> sections) => new(
        SiteMap.Reference, url, title, "Every route of the API, with its members, answers and examples.", content.ToString(),
        [.. sections], [], []);
}
