using System.Reflection;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace CreditSystem.Site;

/// <summary>Writes the files of the site. The same documents give the same bytes.</summary>
internal static class SiteWriter
{
    private static readonly JsonSerializerOptions Compact =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static string UrlOfImage(string file) => $"/docs/images/{Path.GetFileName(file)}";

    public static void Write(SiteMap map, IReadOnlyList<Page> pages, IReadOnlyList<Page> reference, string output)
    {
        if (Directory.Exists(output))
            Directory.Delete(output, recursive: true);
        var titles = pages.ToDictionary(page => page.Source, page => page.Title);
        titles[SiteMap.Reference] = "Reference";
        var assets = Assembly.GetExecutingAssembly().GetManifestResourceNames().ToDictionary(NameByContent, Read);
        var layout = new Layout(map, titles, name => $"/docs/{assets.Keys.Single(asset => HasSameType(asset, name))}");
        for (var i = 0; i < pages.Count; i++)
        {
            var html = layout.Render(pages[i], pages.ElementAtOrDefault(i - 1), pages.ElementAtOrDefault(i + 1));
            Write(output, FileOf(pages[i].Url), html);
        }

        foreach (var page in reference)
            Write(output, FileOf(page.Url), layout.Render(page, null, null));
        Write(output, "search.json", JsonSerializer.Serialize(SearchIndex.Of([.. pages, .. reference]), Compact));
        foreach (var image in pages.SelectMany(page => page.Images).Where(file => Path.GetExtension(file) != ".svg").Distinct())
            Write(output, UrlOfImage(image)["/docs/".Length..], File.ReadAllBytes(Path.Combine(map.Root, image)));
        foreach (var (name, content) in assets)
            Write(output, name, content);
    }

    private static bool HasSameType(string one, string other) => Path.GetExtension(one) == Path.GetExtension(other);

    private static string FileOf(string url) => url == "/docs/" ? "index.html" : url["/docs/".Length..] + ".html";

    /// <summary><c>site.0123abcd.css</c>: a browser need not ask whether it has changed.</summary>
    private static string NameByContent(string asset)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Read(asset)))[..8];
        return $"{Path.GetFileNameWithoutExtension(asset)}.{digest}{Path.GetExtension(asset)}";
    }

    private static byte[] Read(string asset)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(asset)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static void Write(string output, string name, string text) => Write(output, name, System.Text.Encoding.UTF8.GetBytes(text));

    private static void Write(string output, string name, byte[] content)
    {
        var path = Path.Combine(output, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
