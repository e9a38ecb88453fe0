using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace CreditSystem.Identity.ApiKeys;

/// <summary>What is known about the keys in use, for a few seconds; also that there is none, so that guesses cost no query each.</summary>
public sealed class ApiKeyCache(ApiKeyStore store, IOptions<ApiKeyOptions> options, TimeProvider time)
{
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<string, (ApiKey? Key, long ReadAt)> known = new(StringComparer.Ordinal);

    /// <summary>The key with this secret, whatever its state.</summary>
    public async ValueTask<ApiKey?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(hash, out var entry) && time.GetElapsedTime(entry.ReadAt) < TimeSpan.FromSeconds(options.Value.CacheSeconds))
            return entry.Key;
        // The time before the read: what changes during it is not taken for newer than it is.
        var readAt = time.GetTimestamp();
        var key = await store.FindByHashAsync(hash, cancellationToken);
        if (known.Count >= Capacity)
            known.Clear();
        known[hash] = (key, readAt);
        return key;
    }

    public void Forget(ApiKey key)
    {
        foreach (var secret in key.Secrets)
            known.TryRemove(secret.Hash, out _);
    }
}
