using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Markdig;

namespace CreditSystem.Site.Reference;

/// <summary>Pieces of a page. What comes from the document is text, and stays text.</summary>
internal static class Html
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly MarkdownPipeline Descriptions = new MarkdownPipelineBuilder().DisableHtml().Build();

    public static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    /// <summary>A description, which is Markdown (CommonMark).</summary>
    public static string Prose(string? text) => Markdown.ToHtml(text ?? "", Descriptions);

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

    private static string Block(string language, string code) =>
        $"<div class=\"code\" data-language=\"{language}\"><pre tabindex=\"0\"><code>{Text(code)}</code></pre></div>\n";
}
