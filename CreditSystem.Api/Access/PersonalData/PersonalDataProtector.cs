using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Api.Access.PersonalData;

/// <summary>
/// Keeps personal data out of the database in the clear. Encryption is randomised, so equal values look different; what must
/// be found or unique is found by its blind index instead (the original searched the randomised text: nothing was ever found).
/// </summary>
internal sealed class PersonalDataProtector(PersonalDataKeys keys)
{
    private const string Version = "local:v1:";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <param name="value">What to encrypt.</param>
    /// <param name="owner">Whose it is; the text decrypts for that owner only, so nobody can move it to another record.</param>
    public ValueTask<string> ProtectAsync(string value, string owner, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var plain = Encoding.UTF8.GetBytes(value);
        var sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(keys.Current.Encryption, TagBytes);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), Encoding.UTF8.GetBytes(owner));
        return ValueTask.FromResult(Version + Convert.ToBase64String(sealedBytes));
    }

    /// <exception cref="CryptographicException">The text was changed, is another owner's, or is under another key.</exception>
    public ValueTask<string> RevealAsync(string text, string owner, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!text.StartsWith(Version, StringComparison.Ordinal))
            throw new CryptographicException("The text is not encrypted the way this version does it.");
        var sealedBytes = Convert.FromBase64String(text[Version.Length..]);
        var plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(keys.Current.Encryption, TagBytes);
        aes.Decrypt(sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), plain, Encoding.UTF8.GetBytes(owner));
        return ValueTask.FromResult(Encoding.UTF8.GetString(plain));
    }

    /// <summary>What a value is found by: HMAC-SHA-256 of its case-folded form, different for each tenant and kind of value.</summary>
    public string Index(string tenant, string kind, string value) => Convert.ToBase64String(HMACSHA256.HashData(
        keys.Current.Index, Encoding.UTF8.GetBytes(string.Join('\0', tenant, kind, value.Trim().ToLowerInvariant()))));
}
