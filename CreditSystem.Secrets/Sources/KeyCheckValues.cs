using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Secrets.Sources;

/// <summary>
/// Which key the stored personal data was written under, by a check value that is stored with the data and gives the key not
/// away. A key that was lost, or changed by hand, would index new users apart from the others and read nothing of theirs.
/// </summary>
public sealed class KeyCheckValues
{
    private volatile string? _expected;
    private volatile string? _refused;

    /// <summary>The data has not been asked yet, and there is data to ask: no key may be used before.</summary>
    public bool IsPending { get; private set; }

    /// <summary>A value by which a key is recognised: derived from it (HKDF), for nothing else.</summary>
    public static string Of(string secret) =>
        Convert.ToBase64String(
            HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 16, info: "personal data: check value"u8.ToArray()));

    /// <summary>Whether the data was written under another key than this one.</summary>
    public bool IsAnother(string secret) =>
        (_expected is { } expected && Of(secret) != expected) || (_refused is { } refused && Of(secret) == refused);

    public void Await() => IsPending = true;

    /// <summary>The check value that is stored with the data.</summary>
    public void Expect(string check) => (_expected, _refused, IsPending) = (check, null, false);

    /// <summary>There is data, without a check value, and this key reads it not.</summary>
    public void Refuse(string check) => (_refused, IsPending) = (check, false);

    /// <summary>Nothing is there that would tell: every key will do.</summary>
    public void Release() => IsPending = false;
}
