using System.Buffers.Text;
using System.Security.Cryptography;

namespace CreditSystem.Identity.Sessions;

/// <summary>A refresh token: which session, and 256 random bits. Only its hash is stored.</summary>
public readonly record struct RefreshToken(string Session, byte[] Hash)
{
    public const string Prefix = "csr_";
    private const int SecretBytes = 32;
    private const int SessionBytes = 16;

    public static (string Text, RefreshToken Token) Create(Guid session)
    {
        var bytes = new byte[SessionBytes + SecretBytes];
        session.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes.AsSpan(SessionBytes));
        return (Prefix + Base64Url.EncodeToString(bytes), Of(bytes));
    }

    public static bool TryParse(string? text, out RefreshToken token)
    {
        token = default;
        var bytes = new byte[SessionBytes + SecretBytes];
        if (text is null || text.Length != Prefix.Length + 64 || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var encoded = text.AsSpan(Prefix.Length);
        if (!Base64Url.IsValid(encoded) || !Base64Url.TryDecodeFromChars(encoded, bytes, out var length) || length != bytes.Length)
            return false;
        token = Of(bytes);
        return true;
    }

    private static RefreshToken Of(byte[] bytes) =>
        new(new Guid(bytes.AsSpan(0, SessionBytes), bigEndian: true).ToString("N"), SHA256.HashData(bytes));
}
