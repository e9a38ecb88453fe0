using System.Collections.Frozen;
using System.Text;

namespace CreditSystem.Api.Docs;

/// <summary>The documentation that was built into this program (<c>build/CreditSystem.Site</c>), by the path below <c>/docs/</c>.</summary>
internal sealed class SiteFiles
{
    private const string Prefix = "site/";
    private const string Page = ".html";

    private readonly FrozenDictionary<string, SiteFile> files;

    public SiteFiles()
    {
        var read = new Dictionary<string, SiteFile>(StringComparer.Ordinal);
        var resources = typeof(SiteFiles).Assembly.GetManifestResourceNames();
        foreach (var resource in resources.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var name = resource[Prefix.Length..].Replace('\\', '/');
            read[PathOf(name)] = SiteFile.From(name, Read(resource));
        }

        files = read.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Every path that is served.</summary>
    public IEnumerable<string> Paths => files.Keys.Where(path => path != Shell);

    /// <summary>What the pages of the reference are put into.</summary>
    public string ShellText => Encoding.UTF8.GetString(files[Shell].Content);

    /// <summary>What the search looks through, as a JSON array.</summary>
    public string SearchText => Encoding.UTF8.GetString(files[Search].Content);

    public const string Search = "search.json";

    private const string Shell = "shell";

    public SiteFile? Find(string path) => path != Shell && files.TryGetValue(path, out var file) ? file : null;

    private static string PathOf(string name) =>
        name == "index.html" ? "" : name.EndsWith(Page, StringComparison.Ordinal) ? name[..^Page.Length] : name;

    private static byte[] Read(string resource)
    {
        using var stream = typeof(SiteFiles).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
