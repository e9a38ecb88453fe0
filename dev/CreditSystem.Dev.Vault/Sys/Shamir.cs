using System.Security.Cryptography;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>Shamir's sharing of a secret, byte by byte in GF(256); a share ends in its x coordinate, as Vault's do.</summary>
internal static class Shamir
{
    public static IReadOnlyList<byte[]> Split(byte[] secret, int shares, int threshold)
    {
        var xs = Enumerable.Range(1, 255).Select(x => (byte)x).ToArray();
        RandomNumberGenerator.Shuffle<byte>(xs);
        var result = xs.Take(shares).Select(x => (byte[])[.. secret, x]).ToList();
        for (var i = 0; i < secret.Length; i++)
        {
            byte[] polynomial = [secret[i], .. RandomNumberGenerator.GetBytes(threshold - 1)];
            foreach (var share in result)
                share[i] = Evaluate(polynomial, share[^1]);
        }

        return result;
    }

    /// <summary>The secret, where the shares are enough and belong together; else something else.</summary>
    public static byte[] Combine(IReadOnlyList<byte[]> shares)
    {
        var secret = new byte[shares[0].Length - 1];
        for (var i = 0; i < secret.Length; i++)
        {
            foreach (var share in shares)
                secret[i] ^= Multiply(share[i], BasisAtZero(share[^1], shares));
        }

        return secret;
    }

    /// <summary>Lagrange's basis polynomial of <paramref name="x"/> at zero.</summary>
    private static byte BasisAtZero(byte x, IReadOnlyList<byte[]> shares)
    {
        byte product = 1;
        foreach (var other in shares.Select(share => share[^1]).Where(other => other != x))
            product = Multiply(product, Multiply(other, Inverse((byte)(other ^ x))));
        return product;
    }

    private static byte Evaluate(byte[] polynomial, byte x)
    {
        byte value = 0;
        foreach (var coefficient in polynomial.Reverse())
            value = (byte)(Multiply(value, x) ^ coefficient);
        return value;
    }

    private static byte Multiply(byte a, byte b)
    {
        var product = 0;
        for (int left = a, right = b; right > 0; right >>= 1, left = (left << 1) ^ ((left & 0x80) == 0 ? 0 : 0x11b))
            product ^= (right & 1) == 0 ? 0 : left;
        return (byte)product;
    }

    /// <summary>To the power of 254, since the 255th is one.</summary>
    private static byte Inverse(byte a)
    {
        byte result = 1;
        for (var i = 0; i < 254; i++)
            result = Multiply(result, a);
        return result;
    }
}
