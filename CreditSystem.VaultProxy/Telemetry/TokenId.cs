using System.Buffers.Binary;
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
        return new TokenId(BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]));
    }

    /// <summary>Joins two names into one, for instance a token and the address that it came from.</summary>
    public TokenId With(TokenId other)
    {
        Span<byte> input = stackalloc byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(input, High);
        BinaryPrimitives.WriteUInt64BigEndian(input[8..], Low);
        BinaryPrimitives.WriteUInt64BigEndian(input[16..], other.High);
        BinaryPrimitives.WriteUInt64BigEndian(input[24..], other.Low);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Key, input, digest);
        return new TokenId(BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]));
    }

    /// <summary>For logs: 64 bits, enough to tell tokens apart.</summary>
    public override string ToString() => IsNone ? "-" : $"hmac-sha256:{High:x16}";
}
