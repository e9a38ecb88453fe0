using System.Security.Cryptography;
using System.Text;
using CreditSystem.Identity.Tokens;
using CreditSystem.Secrets.Sources;

namespace CreditSystem.Identity.PersonalData;

/// <summary>
/// The keys under which personal data is encrypted and found, derived (HKDF, RFC 5869) from the secret
/// <c>app:personal_data_key</c>, or from <c>app:secret_key</c> where that one is not delivered. Give it the first before
/// you rotate the second: what is indexed under a key is not found under another one.
/// </summary>
public sealed class PersonalDataKeys(IConfiguration configuration, KeyCheckValues checks)
{
    public const string ConfigurationKey = SecretKeys.PersonalDataKey;

    private readonly Lock gate = new();
    private (string Secret, (byte[] Encryption, byte[] Index) Keys)? derived;

    public (byte[] Encryption, byte[] Index) Current
    {
        get
        {
            var secret = Secret;
            // Under another key a user would be indexed apart from the others, and not be found by the right one again.
            if (secret is null || checks.IsPending || checks.IsAnother(secret))
                throw new SecretUnavailableException(ConfigurationKey);
            lock (gate)
            {
                if (derived?.Secret != secret)
                    derived = (secret, Of(secret));
                return derived.Value.Keys;
            }
        }
    }

    /// <summary>
    /// What the keys are derived from, whether the stored data was written under it or not; null where it is not delivered or too short.
    /// </summary>
    public string? Secret => (configuration[ConfigurationKey] ?? configuration[SigningKeys.ConfigurationKey]) is { } secret
        && Encoding.UTF8.GetByteCount(secret) >= SigningKeys.MinBytes ? secret : null;

    /// <summary>The keys of a secret that has not been checked yet.</summary>
    public static (byte[] Encryption, byte[] Index) Of(string secret) =>
        (Derive(secret, "personal data: encryption"), Derive(secret, "personal data: blind index"));

    private static byte[] Derive(string secret, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: Encoding.UTF8.GetBytes(purpose));
}
