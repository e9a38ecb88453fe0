using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace CreditSystem.Identity.Tokens;

/// <summary>
/// The keys of access tokens (HS256), read live from the configuration that Vault feeds. A replaced key goes on verifying
/// until the last token that it signed has expired, so that a rotation logs nobody out.
/// </summary>
internal sealed class SigningKeys(IConfiguration configuration, IOptions<AccessTokenOptions> options, TimeProvider time)
{
    public const string ConfigurationKey = "app:secret_key";

    /// <summary>The key before the current one, where the secret names it: it verifies, it never signs.</summary>
    public const string PreviousConfigurationKey = "app:previous_secret_key";

    /// <summary>RFC 7518, section 3.2: a key at least as long as the hash.</summary>
    public const int MinBytes = 32;

    private readonly Lock gate = new();
    private readonly List<(SymmetricSecurityKey Key, DateTimeOffset Until)> replaced = [];
    private (string Value, SymmetricSecurityKey Key)? current;

    /// <summary>The key that signs.</summary>
    /// <exception cref="SecretUnavailableException">There is none, or it is too short to be one.</exception>
    public SymmetricSecurityKey Current
    {
        get
        {
            var value = configuration[ConfigurationKey];
            lock (gate)
            {
                if (current is { } known && known.Value == value)
                    return known.Key;
                var key = Create(value) ?? throw new SecretUnavailableException(ConfigurationKey);
                if (current is { } previous)
                    replaced.Add((previous.Key, time.GetUtcNow().AddSeconds(options.Value.LifetimeSeconds + options.Value.ClockSkewSeconds)));
                current = (value!, key);
                return key;
            }
        }
    }

    /// <summary>The keys that verify, the one that a token names first.</summary>
    public IEnumerable<SecurityKey> FindVerifying(string? keyId)
    {
        List<SymmetricSecurityKey> keys = [Current];
        if (Create(configuration[PreviousConfigurationKey]) is { } previous)
            keys.Add(previous);
        lock (gate)
        {
            replaced.RemoveAll(key => key.Until <= time.GetUtcNow());
            keys.AddRange(replaced.Select(key => key.Key));
        }
        return string.IsNullOrEmpty(keyId) ? keys : keys.Where(key => key.KeyId == keyId);
    }

    /// <summary>A name that gives nothing of the key away.</summary>
    internal static string IdOf(byte[] key) => Convert.ToHexStringLower(HMACSHA256.HashData(key, "kid"u8))[..16];

    private static SymmetricSecurityKey? Create(string? value)
    {
        if (value is null || Encoding.UTF8.GetBytes(value) is not { Length: >= MinBytes } bytes)
            return null;
        return new SymmetricSecurityKey(bytes) { KeyId = IdOf(bytes) };
    }
}
