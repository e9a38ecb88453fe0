using System.Text;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CreditSystem.Site;

/// <summary>The words of a part of a document, without markup.</summary>
internal static class PlainText
{
    private const int MaxSummaryLength = 200;

    public static string Of(MarkdownObject part)
    {
        var text = new StringBuilder();
        Append(text, part);
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Of the first paragraph, up to what a page of results shows.</summary>
    public static string FirstSentences(MarkdownDocument document)
    {
        var text = document.OfType<ParagraphBlock>().FirstOrDefault() is { } first ? Of(first) : "";
        if (text.Length <= MaxSummaryLength)
            return text;
        var end = text.LastIndexOf(". ", MaxSummaryLength, StringComparison.Ordinal);
        return end > 0 ? text[..(end + 1)] : text[..text.LastIndexOf(' ', MaxSummaryLength)] + " …";
    }

    private static void Append(StringBuilder text, MarkdownObject part)
    {
        switch (part)
        {
            case LiteralInline literal:
                text.Append(literal.Content.AsSpan());
                break;
            case CodeInline code:
                text.Append(code.Content);
                break;
            case LineBreakInline:
                text.Append(' ');
                break;
            case HtmlBlock or HtmlInline:
                break;
            case ContainerInline container:
                foreach (var inline in container)
                    Append(text, inline);
                break;
            case LeafBlock { Inline: { } inlines }:
                Append(text, inlines);
                text.Append(' ');
                break;
            case CodeBlock code:
                text.Append(code.Lines.ToString()).Append(' ');
                break;
            case ContainerBlock blocks:
                foreach (var block in blocks)
                    Append(text, block);
                break;
        }
    }
}
