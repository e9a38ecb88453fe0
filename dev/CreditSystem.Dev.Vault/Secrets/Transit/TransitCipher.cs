using System.Security.Cryptography;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>The authenticated ciphers of transit: nonce, ciphertext and tag in one.</summary>
internal static class TransitCipher
{
    private const int TagBytes = 16;

    public static bool IsKnown(string type) => type is "aes128-gcm96" or "aes256-gcm96" or "chacha20-poly1305" or "xchacha20-poly1305";

    public static int KeyBytes(string type) => type == "aes128-gcm96" ? 16 : 32;

    public static int NonceBytes(string type) => type == "xchacha20-poly1305" ? XChaCha20.NonceBytes : 12;

    public static byte[] Encrypt(string type, byte[] key, byte[] nonce, byte[] plaintext, byte[]? associatedData)
    {
        var message = new byte[nonce.Length + plaintext.Length + TagBytes];
        nonce.CopyTo(message, 0);
        var body = message.AsSpan(nonce.Length, plaintext.Length);
        var tag = message.AsSpan(nonce.Length + plaintext.Length);
        if (type.StartsWith("aes", StringComparison.Ordinal))
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Encrypt(nonce, plaintext, body, tag, associatedData);
            return message;
        }

        var (cipherKey, cipherNonce) = ForChaCha(type, key, nonce);
        using var cipher = new ChaCha20Poly1305(cipherKey);
        cipher.Encrypt(cipherNonce, plaintext, body, tag, associatedData);
        return message;
    }

    /// <exception cref="VaultFault">It was not encrypted with this key and these data.</exception>
    public static byte[] Decrypt(string type, byte[] key, byte[] message, byte[]? associatedData)
    {
        var nonceBytes = NonceBytes(type);
        if (message.Length < nonceBytes + TagBytes)
            throw VaultFault.BadRequest("invalid ciphertext length");
        var plaintext = new byte[message.Length - nonceBytes - TagBytes];
        var nonce = message[..nonceBytes];
        var body = message.AsSpan(nonceBytes, plaintext.Length);
        var tag = message.AsSpan(nonceBytes + plaintext.Length);
        try
        {
            if (type.StartsWith("aes", StringComparison.Ordinal))
            {
                using var aes = new AesGcm(key, TagBytes);
                aes.Decrypt(nonce, body, tag, plaintext, associatedData);
                return plaintext;
            }

            var (cipherKey, cipherNonce) = ForChaCha(type, key, nonce);
            using var cipher = new ChaCha20Poly1305(cipherKey);
            cipher.Decrypt(cipherNonce, body, tag, plaintext, associatedData);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            throw VaultFault.BadRequest("cipher: message authentication failed");
        }
    }

    private static (byte[] Key, byte[] Nonce) ForChaCha(string type, byte[] key, byte[] nonce) => type == "xchacha20-poly1305" ? XChaCha20.Derive(key, nonce) : (key, nonce);
}
