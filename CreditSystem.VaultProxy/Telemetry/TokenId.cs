using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>
/// Stands for a token (an address, a role_id) wherever one is counted, compared or logged: the first 128 bits of an HMAC-SHA256
/// under a key that lives as long as the process, so that it cannot be turned back and is worth nothing elsewhere.
/// </summary>
internal readonly record struct TokenId(ulong High, ulong Low)
{
    private const int MaxStackBytes = 512;
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    public static readonly TokenId None;

    public bool IsNone => High == 0 && Low == 0;

    /// <param name="text">What is to be named.</param>
    /// <param name="kind">Keeps a token, an address and a role_id of the same spelling apart.</param>
    public static TokenId From(ReadOnlySpan<char> text, byte kind = 0)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        Span<byte> input = size <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : new byte[size];
        input[0] = kind;
        var length = 1 + Encoding.UTF8.GetBytes(text, input[1..]);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Key, input[..length], digest);
        CryptographicOperations.ZeroMemory(input[..length]);
        return Of(digest);
    }

    /// <summary>
    /// Under no key, so that other replicas have the same name for it. Only for what nobody can guess: it can be tried out.
    /// </summary>
    public static TokenId ForReplicas(string text, byte kind)
    {
        var input = new byte[1 + Encoding.UTF8.GetByteCount(text)];
        input[0] = kind;
        Encoding.UTF8.GetBytes(text, input.AsSpan(1));
        var digest = SHA256.HashData(input);
        CryptographicOperations.ZeroMemory(input);
        return Of(digest);
    }

    /// <summary>All 128 bits.</summary>
    public string ToHex() => $"{High:x16}{Low:x16}";

    public static bool TryParseHex(ReadOnlySpan<char> text, out TokenId id)
    {
        id = default;
        if (text.Length != 32
            || !ulong.TryParse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !ulong.TryParse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
            return false;
        id = new TokenId(high, low);
        return true;
    }

    private static TokenId Of(ReadOnlySpan<byte> digest) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]));

    /// <summary>For logs: 64 bits, enough to tell tokens apart.</summary>
    public override string ToString() => IsNone ? "-" : $"hmac-sha256:{High:x16}";
}
