using System.Security.Cryptography;
using System.Text;
using CreditSystem.Api.Access.Tokens;
using CreditSystem.Api.Problems;

namespace CreditSystem.Api.Access.PersonalData;

/// <summary>
/// The keys under which personal data is encrypted and found, derived (HKDF, RFC 5869) from the secret
/// <c>app:personal_data_key</c>, or from <c>app:secret_key</c> where that one is not delivered. Give it the first before
/// you rotate the second: what is indexed under a key is not found under another one.
/// </summary>
internal sealed class PersonalDataKeys(IConfiguration configuration)
{
    public const string ConfigurationKey = "app:personal_data_key";

    private readonly Lock gate = new();
    private (string Secret, byte[] Encryption, byte[] Index)? derived;

    public (byte[] Encryption, byte[] Index) Current
    {
        get
        {
            var secret = configuration[ConfigurationKey] ?? configuration[SigningKeys.ConfigurationKey];
            if (secret is null || Encoding.UTF8.GetByteCount(secret) < SigningKeys.MinBytes)
                throw new SecretUnavailableException(ConfigurationKey);
            lock (gate)
            {
                if (derived?.Secret != secret)
                    derived = (secret, Derive(secret, "personal data: encryption"), Derive(secret, "personal data: blind index"));
                return (derived.Value.Encryption, derived.Value.Index);
            }
        }
    }

    private static byte[] Derive(string secret, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: Encoding.UTF8.GetBytes(purpose));
}
