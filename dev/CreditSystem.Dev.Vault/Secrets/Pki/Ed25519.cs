using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>The public key of an Ed25519 seed (RFC 8032), which .NET has not. Not in constant time: for development alone.</summary>
internal static class Ed25519
{
    private const string Oid = "1.3.101.112";

    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly (BigInteger X, BigInteger Y) Base = (
        BigInteger.Parse("15112221349535400772501151409588531511454012693041857206046113283949847762202", System.Globalization.CultureInfo.InvariantCulture),
        Mod(4 * Inverse(5)));

    public static byte[] PublicKeyInfo(byte[] seed)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteObjectIdentifier(Oid);
            writer.WriteBitString(PublicKey(seed));
        }

        return writer.Encode();
    }

    public static byte[] Pkcs8(byte[] seed)
    {
        var inner = new AsnWriter(AsnEncodingRules.DER);
        inner.WriteOctetString(seed);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
                writer.WriteObjectIdentifier(Oid);
            writer.WriteOctetString(inner.Encode());
        }

        return writer.Encode();
    }

    private static byte[] PublicKey(byte[] seed)
    {
        var hash = SHA512.HashData(seed)[..32];
        hash[0] &= 248;
        hash[31] = (byte)((hash[31] & 127) | 64);
        var (x, y) = Multiply(Base, new BigInteger(hash, isUnsigned: true));
        var encoded = y.ToByteArray(isUnsigned: true).Concat(new byte[32]).Take(32).ToArray();
        if (!x.IsEven)
            encoded[31] |= 128;
        return encoded;
    }

    private static (BigInteger X, BigInteger Y) Multiply((BigInteger X, BigInteger Y) point, BigInteger factor)
    {
        (BigInteger X, BigInteger Y) sum = (0, 1);
        for (; factor > 0; factor >>= 1)
        {
            if (!factor.IsEven)
                sum = Add(sum, point);
            point = Add(point, point);
        }

        return sum;
    }

    private static (BigInteger X, BigInteger Y) Add((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
    {
        var product = Mod(D * a.X * b.X % P * a.Y % P * b.Y);
        return (Mod((a.X * b.Y + b.X * a.Y) * Inverse(1 + product)), Mod((a.Y * b.Y + a.X * b.X) * Inverse(1 - product)));
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), P - 2, P);

    private static BigInteger Mod(BigInteger value) => ((value % P) + P) % P;
}
