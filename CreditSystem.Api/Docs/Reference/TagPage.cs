using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Api.Docs.Reference;

/// <summary>A page of the reference: all operations of one tag; and the page that lists the tags.</summary>
internal static class TagPage
{
    public static SiteFile Render(string shell, string tag, string description, IReadOnlyList<ApiOperation> operations, SchemaHtml schemas)
    {
        var content = new StringBuilder("<p><a href=\"/docs/reference\">Reference</a></p>\n")
            .Append($"<h1>{Html.Text(tag)}</h1>\n{Html.Prose(description)}");
        foreach (var operation in operations)
            content.Append(OperationHtml.Render(operation, schemas));
        return Fill(shell, $"{tag}: reference", content.ToString(), operations.Select(operation => (operation.Id, operation.Summary)));
    }

    public static SiteFile RenderIndex(string shell, JsonObject document, IEnumerable<IGrouping<string, ApiOperation>> tags)
    {
        var content = new StringBuilder("<h1>Reference</h1>\n").Append(Html.Prose((string?)document["info"]?["description"]))
            .Append("<p>Every route, as this very program serves it. ")
            .Append("For programs: <a href=\"/openapi/v1.json\">the OpenAPI document</a>.</p>\n");
        var contents = new List<(string, string)>();
        foreach (var tag in tags)
        {
            var slug = Html.Text(tag.First().TagSlug);
            content.Append($"<h2 id=\"{slug}\"><a href=\"/docs/reference/{slug}\">{Html.Text(tag.Key)}</a></h2>\n")
                .Append(Html.Prose(ApiOperation.DescriptionOf(document, tag.Key)));
            foreach (var operation in tag)
                content.Append(Row(operation));
            contents.Add((tag.First().TagSlug, tag.Key));
        }

        return Fill(shell, "Reference", content.ToString(), contents);
    }

    private static string Row(ApiOperation operation) => $"""
        <p class="call">{OperationHtml.Verb(operation)} <a href="{Html.Text(operation.Url)}"><code>{Html.Text(operation.Path)}</code></a>
        <span class="type">{Html.Text(operation.Summary == operation.Path ? "" : operation.Summary)}</span></p>

        """;

    private static SiteFile Fill(string shell, string title, string content, IEnumerable<(string Id, string Text)> contents)
    {
        var items = string.Concat(contents.Select(item => $"<li><a href=\"#{Html.Text(item.Id)}\">{Html.Text(item.Text)}</a></li>"));
        var aside = $"<nav aria-label=\"On this page\"><h2>On this page</h2><ul>{items}</ul></nav>";
        return SiteFile.FromText("reference.html", shell
            .Replace("<!--title-->", Html.Text(title), StringComparison.Ordinal)
            .Replace("<!--summary-->", "Every route of the API, with its members, answers and examples.", StringComparison.Ordinal)
            .Replace("<!--contents-->", aside, StringComparison.Ordinal)
            .Replace("<!--content-->", content, StringComparison.Ordinal));
    }
}
