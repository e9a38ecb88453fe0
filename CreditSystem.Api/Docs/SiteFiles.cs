using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace CreditSystem.Api.Docs;

/// <summary>One file of the documentation, as it is sent.</summary>
/// <param name="IsPermanent">Whether its name changes with its content, so that nobody need ask for it twice.</param>
internal sealed record SiteFile(byte[] Content, string ContentType, EntityTagHeaderValue Tag, bool IsPermanent);

/// <summary>The documentation that was built into this program (<c>build/CreditSystem.Site</c>), by the path below <c>/docs/</c>.</summary>
internal sealed class SiteFiles
{
    private const string Prefix = "site/";
    private const string Page = ".html";

    private static readonly FileExtensionContentTypeProvider Types = new();

    private readonly FrozenDictionary<string, SiteFile> files = typeof(SiteFiles).Assembly.GetManifestResourceNames()
        .Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(resource => PathOf(NameOf(resource)), Read);

    /// <summary>Every path that is served.</summary>
    public IEnumerable<string> Paths => files.Keys;

    public SiteFile? Find(string path) => files.GetValueOrDefault(path);

    private static string NameOf(string resource) => resource[Prefix.Length..].Replace('\\', '/');

    private static string PathOf(string name) =>
        name == "index.html" ? "" : name.EndsWith(Page, StringComparison.Ordinal) ? name[..^Page.Length] : name;

    private static SiteFile Read(string resource)
    {
        using var stream = typeof(SiteFiles).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var name = NameOf(resource);
        Types.TryGetContentType(name, out var type);
        // As site.0123abcd.css.
        var isNamedByContent = name.Split('.') is [_, { Length: 8 }, _];
        return new SiteFile(
            content, type!.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type,
            new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\""), isNamedByContent);
    }
}
