using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CreditSystem.Site;

/// <summary>
/// Lets links between documents lead from page to page, and pictures come from the site. What leads to a file of the repository
/// that is no page is shown as its name, because a reader of the site need not have the repository.
/// </summary>
internal sealed class LinkRewriter(SiteMap map, string source, List<string> problems)
{
    private readonly HashSet<string> pages = [.. map.Pages];

    public List<(int Line, string Url)> Links { get; } = [];

    public List<string> Images { get; } = [];

    public void Rewrite(MarkdownDocument document)
    {
        foreach (var link in document.Descendants<LinkInline>().ToList())
            Rewrite(link);
    }

    private void Rewrite(LinkInline link)
    {
        var target = link.Url ?? "";
        if (target.StartsWith("https://", StringComparison.Ordinal) || target.StartsWith("http://", StringComparison.Ordinal))
        {
            link.GetAttributes().AddProperty("rel", "noreferrer");
            return;
        }

        var (path, anchor) = target.Split('#', 2) is [var before, var after] ? (before, "#" + after) : (target, "");
        if (path.StartsWith('/'))
        {
            // The reference, or what the API makes.
            Links.Add((link.Line + 1, target));
            return;
        }

        var file = path.Length == 0 ? source : Resolve(path);
        if (link.IsImage)
            RewriteImage(link, file);
        else if (pages.Contains(file))
            Links.Add((link.Line + 1, link.Url = SiteMap.UrlOf(file) + anchor));
        else if (File.Exists(Path.Combine(map.Root, file)) || Directory.Exists(Path.Combine(map.Root, file)))
            ShowName(link);
        else
            problems.Add($"{source}({link.Line + 1}): error SITE003: there is no {file}.");
    }

    private void RewriteImage(LinkInline link, string file)
    {
        if (!File.Exists(Path.Combine(map.Root, file)))
            problems.Add($"{source}({link.Line + 1}): error SITE003: there is no picture {file}.");
        if (PlainText.Of(link).Length == 0)
            problems.Add($"{source}({link.Line + 1}): error SITE004: a picture says in words what it shows.");
        Images.Add(file);
        // A drawing becomes a part of the page, so that it has its colours.
        link.Url = file.EndsWith(".svg", StringComparison.Ordinal) ? file : SiteWriter.UrlOfImage(file);
    }

    private static void ShowName(LinkInline link)
    {
        var inlines = link.ToList();
        foreach (var inline in inlines)
        {
            inline.Remove();
            link.InsertBefore(inline);
        }

        link.Remove();
    }

    private string Resolve(string path)
    {
        var root = Path.GetFullPath(map.Root);
        var full = Path.GetFullPath(Path.Combine(root, Path.GetDirectoryName(source)!, path));
        return Path.GetRelativePath(root, full).Replace('\\', '/');
    }
}
