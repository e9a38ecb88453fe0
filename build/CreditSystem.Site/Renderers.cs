using System.Net;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CreditSystem.Site;

/// <summary>Code, with the prompt of a command apart from it, so that what is copied can be run.</summary>
internal sealed class CodeRenderer : HtmlObjectRenderer<CodeBlock>
{
    private const string Prompt = "$ ";

    protected override void Write(HtmlRenderer renderer, CodeBlock obj)
    {
        var text = obj.Lines.ToString().TrimEnd('\n', '\r', ' ');
        var language = (obj as FencedCodeBlock)?.Info is { Length: > 0 } info ? info : "text";
        renderer.Write($"<div class=\"code\" data-language=\"{WebUtility.HtmlEncode(language)}\"><pre tabindex=\"0\"><code>");
        renderer.Write(text.StartsWith(Prompt, StringComparison.Ordinal) ? Session(text) : WebUtility.HtmlEncode(text));
        renderer.Write("</code></pre></div>\n");
    }

    /// <summary>Commands and what they answer.</summary>
    private static string Session(string text)
    {
        var (lines, goesOn) = (new List<string>(), false);
        foreach (var line in text.Split('\n'))
        {
            var isCommand = line.StartsWith(Prompt, StringComparison.Ordinal);
            var shown = WebUtility.HtmlEncode(isCommand ? line[Prompt.Length..] : line);
            lines.Add($"<span class=\"{(isCommand ? "command" : goesOn ? "command more" : "answer")}\">{shown}</span>");
            goesOn = (isCommand || goesOn) && line.EndsWith('\\');
        }

        return string.Join('\n', lines);
    }
}

/// <summary>Pictures; a drawing becomes a part of the page, so that it has its colours in light and dark.</summary>
internal sealed class PictureRenderer(string root) : LinkInlineRenderer
{
    protected override void Write(HtmlRenderer renderer, LinkInline link)
    {
        if (!link.IsImage)
        {
            base.Write(renderer, link);
            return;
        }

        var alt = WebUtility.HtmlEncode(PlainText.Of(link));
        if (link.Url!.EndsWith(".svg", StringComparison.Ordinal))
            renderer.Write(Drawing.Inline(File.ReadAllText(Path.Combine(root, link.Url)), alt));
        else
            renderer.Write($"<a class=\"picture\" href=\"{link.Url}\"><img src=\"{link.Url}\" alt=\"{alt}\" loading=\"lazy\"></a>");
    }
}

/// <summary>Headings that can be linked to.</summary>
internal sealed class AnchoredHeadingRenderer : HtmlObjectRenderer<HeadingBlock>
{
    protected override void Write(HtmlRenderer renderer, HeadingBlock obj)
    {
        var id = obj.Level is 2 or 3 ? obj.GetAttributes().Id : null;
        renderer.Write(id is null ? $"<h{obj.Level}>" : $"<h{obj.Level} id=\"{id}\">");
        renderer.WriteLeafInline(obj);
        if (id is not null)
            renderer.Write($" <a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to this section\">#</a>");
        renderer.WriteLine($"</h{obj.Level}>");
    }
}

/// <summary>A table that is wider than the page is scrolled by itself, with the keyboard as well.</summary>
internal sealed class ScrollableTableRenderer : HtmlTableRenderer
{
    protected override void Write(HtmlRenderer renderer, Table table)
    {
        // Markdig aligns by a style in the page, which the policy of the site does not let count.
        foreach (var row in table.OfType<TableRow>())
            for (var i = 0; i < row.Count && i < table.ColumnDefinitions.Count; i++)
                if (table.ColumnDefinitions[i].Alignment == TableColumnAlign.Right)
                    row[i].GetAttributes().AddClass("right");
        table.ColumnDefinitions.ForEach(column => column.Alignment = null);
        renderer.WriteLine("<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\">");
        base.Write(renderer, table);
        renderer.WriteLine("</div>");
    }
}
