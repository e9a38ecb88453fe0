using System.Security.Cryptography;
using System.Text;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Transit;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.Extensions.Caching.Memory;

namespace CreditSystem.Identity.PersonalData;

/// <summary>
/// Keeps personal data out of the database in the clear. Encryption is randomised, so equal values look different; what must
/// be found or unique is found by its blind index instead (the original searched the randomised text: nothing was ever found).
/// Vault's transit engine encrypts where there is one, a derived key of the configuration where there is none or it does not
/// answer; each text says which, and both are read.
/// </summary>
public sealed partial class PersonalDataProtector(
    PersonalDataKeys keys, TransitService transit, ILogger<PersonalDataProtector> logger, TimeProvider time) : IDisposable
{
    private const string Local = "local:v1:";

    private static readonly TimeSpan CacheTime = TimeSpan.FromMinutes(15);

    // A list of users would otherwise ask Vault several times for each, and an outage of Vault would be one of the users.
    private readonly RepeatedLineFilter outages = new(logger, time);
    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    /// <param name="value">What to encrypt.</param>
    /// <param name="owner">Whose it is; the text decrypts for that owner only, so nobody can move it to another record.</param>
    public async ValueTask<string> ProtectAsync(string value, string owner, CancellationToken cancellationToken)
    {
        if (transit.IsEnabled)
        {
            try
            {
                var text = await transit.EncryptAsync(Encoding.UTF8.GetBytes(Bind(owner) + value), owner, cancellationToken);
                Remember(owner, text, Bind(owner) + value);
                return text;
            }
            catch (VaultUnavailableException failure)
            {
                Log.EncryptedLocally(outages, failure.Message);
            }
        }

        return ProtectLocally(value, owner);
    }

    /// <exception cref="CryptographicException">The text was changed, is another owner's, or is under another key.</exception>
    /// <exception cref="VaultUnavailableException">Only Vault can decrypt it, and does not answer.</exception>
    public ValueTask<string> RevealAsync(string text, string owner, CancellationToken cancellationToken) =>
        RevealAsync(text, owner, localKey: null, cancellationToken);

    /// <param name="localKey">What the configuration's key is taken to be; null for the one in use.</param>
    internal async ValueTask<string> RevealAsync(string text, string owner, byte[]? localKey, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (text.StartsWith(Local, StringComparison.Ordinal))
            return RevealLocally(text, owner, localKey ?? keys.Current.Encryption);
        if (!text.StartsWith(TransitService.Prefix, StringComparison.Ordinal))
            throw new CryptographicException("The text is not encrypted the way this version does it.");
        if (!cache.TryGetValue((owner, text), out string? bound))
        {
            bound = Encoding.UTF8.GetString(await transit.DecryptAsync(text, owner, cancellationToken));
            Remember(owner, text, bound);
        }

        return bound!.StartsWith(Bind(owner), StringComparison.Ordinal)
            ? bound[Bind(owner).Length..]
            : throw new CryptographicException("The text is another owner's.");
    }

    /// <summary>
    /// Decrypts what is not known yet in as few calls as possible, so that a list does not ask Vault for each of its texts.
    /// </summary>
    /// <exception cref="VaultUnavailableException">Vault does not answer.</exception>
    public async Task PreloadAsync(IEnumerable<(string Text, string Owner)> texts, CancellationToken cancellationToken)
    {
        (string Text, string Owner)[] unknown = [.. texts.Where(each => each.Text.StartsWith(TransitService.Prefix,
            StringComparison.Ordinal) && !cache.TryGetValue((each.Owner, each.Text), out _)).Distinct()];
        var decrypted = await transit.DecryptManyAsync(unknown, cancellationToken);
        foreach (var ((text, owner), plain) in unknown.Zip(decrypted))
        {
            if (plain is not null)
                Remember(owner, text, Encoding.UTF8.GetString(plain));
        }
    }

    /// <summary>
    /// Several texts of one owner under the newest key, after a rotation, or when Vault takes over from the configuration's key; null stays
    /// null.
    /// </summary>
    /// <exception cref="VaultUnavailableException">Vault does not answer.</exception>
    public async Task<string?[]> RewrapManyAsync(IReadOnlyList<string?> texts, string owner, CancellationToken cancellationToken)
    {
        string?[] result = [.. texts];
        int[] ofVault = [.. Enumerable.Range(0,
            result.Length).Where(i => result[i]?.StartsWith(TransitService.Prefix, StringComparison.Ordinal) == true)];
        var rewrapped = await transit.RewrapManyAsync([.. ofVault.Select(i => (result[i]!, owner))], cancellationToken);
        foreach (var (i, text) in ofVault.Zip(rewrapped))
            result[i] = text;
        foreach (var i in Enumerable.Range(0, result.Length).Except(ofVault).Where(i => transit.IsEnabled && result[i] is not null))
            result[i] = await transit.EncryptAsync(
                Encoding.UTF8.GetBytes(Bind(owner) + RevealLocally(result[i]!, owner, keys.Current.Encryption)), owner, cancellationToken);
        return result;
    }

    /// <summary>What a value is found by: HMAC-SHA-256 of its case-folded form, different for each tenant and kind of value.</summary>
    public string Index(string tenant, string kind, string value) => Index(keys.Current.Index, tenant, kind, value);

    internal static string Index(byte[] key, string tenant, string kind, string value) => Convert.ToBase64String(HMACSHA256.HashData(
        key, Encoding.UTF8.GetBytes(string.Join('\0', tenant, kind, value.Trim().ToLowerInvariant()))));

    public void Dispose() => cache.Dispose();

    private void Remember(string owner, string text, string bound) =>
        cache.Set((owner, text), bound, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = CacheTime });

    // Inside the text: the engine binds a text to its context only where its key is a derived one.
    private static string Bind(string owner) => $"{owner}\0";

    private string ProtectLocally(string value, string owner) =>
        Local + Convert.ToBase64String(
            AesGcmEnvelope.Seal(keys.Current.Encryption, Encoding.UTF8.GetBytes(value), Encoding.UTF8.GetBytes(owner)));

    private static string RevealLocally(string text, string owner, byte[] key) =>
        Encoding.UTF8.GetString(AesGcmEnvelope.Open(key, Convert.FromBase64String(text[Local.Length..]), Encoding.UTF8.GetBytes(owner)));

    private static partial class Log
    {
        [LoggerMessage(2130, LogLevel.Warning,
            "Personal data is encrypted under the key of the configuration, not by Vault's transit engine: {Reason}")]
        public static partial void EncryptedLocally(ILogger logger, string reason);
    }
}
