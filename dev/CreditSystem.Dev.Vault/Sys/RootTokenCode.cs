using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>A root token under a one-time password of the same length.</summary>
internal static class RootTokenCode
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string NewPassword(int length) => RandomNumberGenerator.GetString(Letters, length);

    public static string Encode(string token, string password) => Convert.ToBase64String(Xor(Encoding.ASCII.GetBytes(token), Encoding.ASCII.GetBytes(password))).TrimEnd('=');

    /// <exception cref="VaultFault">They do not belong together.</exception>
    public static string Decode(string encoded, string password)
    {
        var buffer = new byte[encoded.Length + 4];
        if (!Convert.TryFromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='), buffer, out var length))
            throw VaultFault.BadRequest("error decoding token: illegal base64 data");
        var (token, key) = (buffer[..length], Encoding.UTF8.GetBytes(password));
        if (token.Length != key.Length)
            throw VaultFault.BadRequest($"error xoring token: length of byte slices is not equivalent: {token.Length} != {key.Length}");
        return Encoding.UTF8.GetString(Xor(token, key));
    }

    private static byte[] Xor(byte[] one, byte[] other) => [.. one.Zip(other, (a, b) => (byte)(a ^ b))];
}
