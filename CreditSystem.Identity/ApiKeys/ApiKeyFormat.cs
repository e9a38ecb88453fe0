using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Identity.ApiKeys;

/// <summary>
/// An API key in clear text: <c>csk_</c>, eight characters that stay visible, and 256 random bits. Stored is its SHA-256 alone,
/// which is enough for a secret that nobody can guess; the original stored predictable keys as they are.
/// </summary>
public static class ApiKeyFormat
{
    public const string Prefix = "csk_";
    private const int VisibleBytes = 6;
    private const int SecretBytes = 32;
    private const int VisibleLength = 8;
    private const int SecretLength = 43;

    /// <summary>How long a key is, in characters.</summary>
    public const int Length = 4 + VisibleLength + 1 + SecretLength;

    public static string Create() => string.Concat(
        Prefix, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(VisibleBytes)), ".",
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    public static bool IsWellFormed(string? text) =>
        text is { Length: Length } && text.StartsWith(Prefix, StringComparison.Ordinal) && text[Prefix.Length + VisibleLength] == '.';

    /// <summary>What is stored instead of the key.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>What people tell keys apart by.</summary>
    public static string DisplayPrefix(string text) => text[..(Prefix.Length + VisibleLength)];
}
