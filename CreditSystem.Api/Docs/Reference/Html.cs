using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CreditSystem.Api.Docs.Reference;

/// <summary>Pieces of a page. What comes from the document is text, and stays text.</summary>
internal static partial class Html
{
    private const string Bullet = "- ";

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    /// <summary>Paragraphs and lists, with code where it stands between backquotes.</summary>
    public static string Prose(string? text) =>
        string.Concat((text ?? "").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(paragraph => $"{Paragraph(paragraph)}\n"));

    public static string Inline(string? text) => Code().Replace(Text(text), "<code>$1</code>");

    public static string Block(string language, string code) =>
        $"<div class=\"code\" data-language=\"{language}\"><pre tabindex=\"0\"><code>{Text(code)}</code></pre></div>\n";

    public static string Example(JsonNode node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            ? Block("text", text)
            : Block("json", node.ToJsonString(Indented));

    /// <summary>A heading that can be linked to.</summary>
    public static string Heading(string id, string text) => $"""
        <h2 id="{Text(id)}">{Text(text)} <a class="anchor" href="#{Text(id)}" aria-label="Link to this section">#</a></h2>
        """;

    public static string Part(string summary, string content, bool isOpen = false) =>
        $"<details class=\"part\"{(isOpen ? " open" : "")}><summary>{summary}</summary><div>{content}</div></details>\n";

    private static string Paragraph(string text) => text.StartsWith(Bullet, StringComparison.Ordinal)
        ? $"<ul>{string.Concat(text[Bullet.Length..].Split($"\n{Bullet}").Select(item => $"<li>{Inline(item)}</li>"))}</ul>"
        : $"<p>{Inline(text)}</p>";

    // The encoder writes a backquote as a reference.
    [GeneratedRegex("(?:`|&#x60;)(.+?)(?:`|&#x60;)")]
    private static partial Regex Code();
}
