using System.Text.RegularExpressions;

namespace CreditSystem.Site;

/// <summary>A drawing of our own as a part of a page.</summary>
internal static partial class Drawing
{
    /// <summary>Without its own colours, which are for those who look at the file alone: those of the page are in site.css.</summary>
    public static string Inline(string svg, string alt)
    {
        var bare = Style().Replace(Declaration().Replace(svg, ""), "").Trim();
        return $"<span class=\"drawing\" role=\"img\" aria-label=\"{alt}\">{Start().Replace(bare, "<svg aria-hidden=\"true\" ", 1)}</span>";
    }

    [GeneratedRegex(@"<\?xml.*?\?>")]
    private static partial Regex Declaration();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("<svg ")]
    private static partial Regex Start();
}
