namespace CreditSystem.Site;

/// <summary>A document as it is shown.</summary>
/// <param name="Source">Its path below the repository.</param>
/// <param name="Url">Where it is served.</param>
/// <param name="Title">Its first heading.</param>
/// <param name="Summary">Its first sentences, without markup.</param>
/// <param name="Html">What stands below the first heading, and that.</param>
/// <param name="Sections">Its headings of the second and third level, with what stands below each.</param>
/// <param name="Links">To other pages: where they stand, and what they name.</param>
/// <param name="Images">Files that it shows, below the repository.</param>
internal sealed record Page(
    string Source, string Url, string Title, string Summary, string Html, IReadOnlyList<PageSection> Sections,
    IReadOnlyList<(int Line, string Url)> Links, IReadOnlyList<string> Images);

/// <param name="Anchor">Null for what stands above the first heading of the second level.</param>
/// <param name="Level">2 or 3.</param>
/// <param name="Heading">Its words.</param>
/// <param name="Text">What stands below it, without markup.</param>
internal sealed record PageSection(string? Anchor, int Level, string Heading, string Text);
