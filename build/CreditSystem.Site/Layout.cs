using System.Net;
using System.Text;

namespace CreditSystem.Site;

/// <summary>What every page has around it.</summary>
/// <param name="map">Its pages.</param>
/// <param name="titles">Of each page.</param>
/// <param name="urlOf">Where an asset is served.</param>
internal sealed class Layout(SiteMap map, IReadOnlyDictionary<string, string> titles, Func<string, string> urlOf)
{
    private const string Sun = "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z\"/></svg>";

    public string Render(Page page, Page? previous, Page? next)
    {
        var contents = page.Sections.Where(section => section.Anchor is not null && section.Level == 2).ToList();
        return Frame(page.Title, page.Summary, page.Source, page.Html + Neighbours(previous, next), Contents(contents));
    }

    private string Frame(string title, string summary, string source, string content, string contents) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)} · CreditSystem</title>
        <meta name="description" content="{Text(summary)}">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="{urlOf("favicon.svg")}" type="image/svg+xml">
        <link rel="stylesheet" href="{urlOf("site.css")}">
        <script src="{urlOf("site.js")}"></script>
        </head>
        <body>
        <a class="skip" href="#site-content">To the content</a>
        <header>
        <a class="top jump" href="#site-menu">Menu</a>
        <a class="brand" href="/docs/">CreditSystem</a>
        <div class="search" role="search" hidden>
        <input type="search" id="site-query" placeholder="Search (/)" aria-label="Search the documentation" autocomplete="off" spellcheck="false"
         role="combobox" aria-expanded="false" aria-controls="site-results">
        <ol id="site-results" role="listbox" aria-label="Results" hidden></ol>
        </div>
        <a class="top" href="/docs/reference">Reference</a>
        <a class="top" href="/openapi/v1.json">OpenAPI</a>
        <button id="site-theme" type="button" aria-label="Light or dark" hidden>{Sun}</button>
        </header>
        <div class="page">
        <main id="site-content" tabindex="-1">
        <article>
        {content}
        </article>
        </main>
        <nav id="site-menu" aria-label="Pages">
        {Navigation(source)}
        </nav>
        <aside>
        {contents}
        </aside>
        </div>
        </body>
        </html>

        """;

    private string Navigation(string source)
    {
        var html = new StringBuilder();
        foreach (var section in map.Sections)
        {
            var isOpen = !section.Folded || section.Pages.Contains(source);
            html.Append($"<details{(isOpen ? " open" : "")}><summary>{Text(section.Title)}</summary><ul>");
            foreach (var page in section.Pages)
            {
                var mark = page == source ? " aria-current=\"page\"" : "";
                html.Append($"<li><a href=\"{SiteMap.UrlOf(page)}\"{mark}>{Text(titles[page])}</a></li>");
            }

            html.Append("</ul></details>\n");
        }

        return html.ToString();
    }

    private static string Contents(List<PageSection> sections) => sections.Count < 2 ? "" : $"""
        <nav aria-label="On this page"><h2>On this page</h2><ul>
        {string.Concat(sections.Select(section => $"<li><a href=\"#{section.Anchor}\">{Text(section.Heading)}</a></li>"))}
        </ul></nav>
        """;

    private static string Neighbours(Page? previous, Page? next) => previous is null && next is null ? "" : $"""
        <nav class="neighbours" aria-label="Before and after">
        {(previous is null ? "<span></span>" : $"<a rel=\"prev\" href=\"{previous.Url}\">← {Text(previous.Title)}</a>")}
        {(next is null ? "" : $"<a rel=\"next\" href=\"{next.Url}\">{Text(next.Title)} →</a>")}
        </nav>
        """;

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
