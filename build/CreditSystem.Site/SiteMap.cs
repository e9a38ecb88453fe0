using System.Text.Json;

namespace CreditSystem.Site;

/// <summary>Which documents the site has, in which order: <c>docs/site.json</c>.</summary>
internal sealed class SiteMap
{
    private const string File = "docs/site.json";
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private SiteMap(string root, IReadOnlyList<SiteSection> sections) => (Root, Sections) = (root, sections);

    public string Root { get; }

    public IReadOnlyList<SiteSection> Sections { get; }

    public IEnumerable<string> Pages => Sections.SelectMany(section => section.Pages).Where(page => page != Reference);

    /// <summary>Not a file: it is made of the OpenAPI document.</summary>
    public const string Reference = "reference";

    /// <summary>Reads it, and sees to it that no document is left out and none is missing.</summary>
    public static SiteMap Read(string root, List<string> problems)
    {
        var sections = JsonSerializer.Deserialize<SiteSection[]>(System.IO.File.ReadAllText(Path.Combine(root, File)), Options)!;
        var map = new SiteMap(root, sections);
        var there = Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/')).ToHashSet(StringComparer.Ordinal);
        var listed = map.Pages.ToList();
        problems.AddRange(there.Except(listed).Order(StringComparer.Ordinal)
            .Select(page => $"{File}: error SITE001: {page} is in no section."));
        problems.AddRange(listed.Where(page => !System.IO.File.Exists(Path.Combine(root, page)))
            .Select(page => $"{File}: error SITE001: there is no {page}."));
        return problems.Count == 0 ? map : new SiteMap(root, []);
    }

    /// <summary><c>docs/guides/holds.md</c> is <c>/docs/guides/holds</c>, <c>docs/index.md</c> is <c>/docs/</c>.</summary>
    public static string UrlOf(string page)
    {
        var name = page.StartsWith("docs/", StringComparison.Ordinal) ? page["docs/".Length..] : page.ToLowerInvariant();
        name = name.EndsWith(".md", StringComparison.Ordinal) ? name[..^".md".Length] : name;
        return name == "index" ? "/docs/" : $"/docs/{name}";
    }
}

/// <param name="Title">Above its pages in the navigation.</param>
/// <param name="Pages">Paths below the repository, or <see cref="SiteMap.Reference"/>.</param>
/// <param name="Folded">Shown folded, because few look for them.</param>
internal sealed record SiteSection(string Title, string[] Pages, bool Folded = false);
