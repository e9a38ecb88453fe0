using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace CreditSystem.Api.Docs;

/// <summary>One file of the documentation, as it is sent.</summary>
/// <param name="IsPermanent">Whether its name changes with its content, so that nobody need ask for it twice.</param>
internal sealed record SiteFile(byte[] Content, string ContentType, EntityTagHeaderValue Tag, bool IsPermanent)
{
    public static SiteFile From(string name, byte[] content) =>
        new(content, TypeOf(name), new EntityTagHeaderValue($"\"{Digest(content)}\""), IsNamedByContent(name));

    public static SiteFile FromText(string name, string text) => From(name, Encoding.UTF8.GetBytes(text));

    private static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content))[..16];

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        _ => "application/octet-stream",
    };

    /// <summary>As <c>site.0123abcd.css</c>.</summary>
    private static bool IsNamedByContent(string name) => name.Split('.') is [_, { Length: 8 }, _];
}
