using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace CreditSystem.Site;

/// <summary>Makes a page of a document in Markdown.</summary>
internal static class PageReader
{
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    public static Page Read(SiteMap map, string source, List<string> problems)
    {
        var document = Markdown.Parse(File.ReadAllText(Path.Combine(map.Root, source)), Pipeline);
        var links = new LinkRewriter(map, source, problems);
        links.Rewrite(document);
        var headings = document.OfType<HeadingBlock>().ToList();
        if (headings is not [{ Level: 1 }, ..] || headings.Count(heading => heading.Level == 1) != 1)
            problems.Add($"{source}: error SITE002: a document begins with its title, and has one.");
        var sections = SectionsOf(document).ToList();
        return new Page(
            source, SiteMap.UrlOf(source), headings.Count > 0 ? PlainText.Of(headings[0]) : source, PlainText.FirstSentences(document),
            Render(map, document), sections, links.Links, links.Images);
    }

    private static string Render(SiteMap map, MarkdownDocument document)
    {
        using var text = new StringWriter();
        var renderer = new HtmlRenderer(text);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new CodeRenderer());
        renderer.ObjectRenderers.Replace<Markdig.Renderers.Html.Inlines.LinkInlineRenderer>(new PictureRenderer(map.Root));
        renderer.ObjectRenderers.Replace<HeadingRenderer>(new AnchoredHeadingRenderer());
        renderer.ObjectRenderers.Replace<Markdig.Extensions.Tables.HtmlTableRenderer>(new ScrollableTableRenderer());
        renderer.Render(document);
        return text.ToString();
    }

    private static IEnumerable<PageSection> SectionsOf(MarkdownDocument document)
    {
        var (anchor, level, heading, text) = ((string?)null, 2, "", new List<string>());
        foreach (var block in document)
        {
            if (block is HeadingBlock { Level: 2 or 3 } next)
            {
                yield return new PageSection(anchor, level, heading, string.Join(' ', text));
                (anchor, level, heading) = (next.GetAttributes().Id, next.Level, PlainText.Of(next));
                text.Clear();
            }
            else if (block is not HeadingBlock { Level: 1 })
            {
                text.Add(PlainText.Of(block));
            }
        }

        yield return new PageSection(anchor, level, heading, string.Join(' ', text));
    }
}
