namespace CreditSystem.Site;

/// <summary>What the search looks through: each section of each page, with its words once.</summary>
internal static class SearchIndex
{
    private const int MaxExcerptLength = 160;

    private static readonly char[] Marks = [.. " ,;:./()\"'|{}[]<>=$`\\!?→…·×"];

    public static IReadOnlyList<SearchEntry> Of(IReadOnlyList<Page> pages) =>
    [
        .. from page in pages
           from section in page.Sections
           where section.Text.Length > 0 || section.Anchor is null
           select new SearchEntry(
               section.Anchor is null ? page.Url : $"{page.Url}#{section.Anchor}",
               page.Title, section.Heading, Excerpt(section.Text), Words(section.Text)),
    ];

    private static string Excerpt(string text) =>
        text.Length <= MaxExcerptLength ? text : text[..Math.Max(text.LastIndexOf(' ', MaxExcerptLength), 1)] + " …";

    private static string Words(string text) => string.Join(
        ' ', text.ToLowerInvariant().Split(Marks, StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length > 1).Distinct());
}

/// <param name="Url">Of the section.</param>
/// <param name="Page">The title of the page.</param>
/// <param name="Heading">That of the section.</param>
/// <param name="Excerpt">How it begins.</param>
/// <param name="Words">All its words, in small letters.</param>
internal sealed record SearchEntry(string Url, string Page, string Heading, string Excerpt, string Words);
