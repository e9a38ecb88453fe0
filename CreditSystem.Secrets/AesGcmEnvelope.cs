using System.Security.Cryptography;

namespace CreditSystem.Secrets;

/// <summary>Bytes that are encrypted and authenticated (AES-256-GCM): the nonce, what is encrypted, the tag.</summary>
public static class AesGcmEnvelope
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <param name="key">32 bytes.</param>
    /// <param name="plaintext">What to encrypt.</param>
    /// <param name="associatedData">What the envelope is bound to: it opens with the same alone.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        var envelope = new byte[NonceBytes + plaintext.Length + TagBytes];
        var nonce = envelope.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(
            nonce, plaintext, envelope.AsSpan(NonceBytes, plaintext.Length), envelope.AsSpan(NonceBytes + plaintext.Length),
            associatedData);
        return envelope;
    }

    /// <exception cref="CryptographicException">It was changed, or is under another key, or bound to something else.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> associatedData)
    {
        if (envelope.Length < NonceBytes + TagBytes)
            throw new CryptographicException("It is too short to be an envelope.");
        var plaintext = new byte[envelope.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(envelope[..NonceBytes], envelope.Slice(NonceBytes, plaintext.Length), envelope[^TagBytes..], plaintext, associatedData);
        return plaintext;
    }
}
