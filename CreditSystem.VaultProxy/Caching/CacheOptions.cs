namespace CreditSystem.VaultProxy.Caching;

/// <summary>The KV cache. Off where no prefix is given.</summary>
internal sealed class CacheOptions
{
    /// <summary>
    /// KV v2 secrets whose reads are cached, each <c>mount/prefix</c> within <see cref="VaultProxyOptions.KvPrefixes"/>. Default:
    /// none.
    /// </summary>
    public List<string> Prefixes { get; init; } = [];

    /// <summary>Seconds for which a response is served, 1 to 300. A write that does not pass this proxy is seen after that long.</summary>
    public int TtlSeconds { get; init; } = 30;

    /// <summary>
    /// Seconds for which a token that has read a secret itself is served from the cache, 1 to 300: the longest time for which
    /// a token revoked behind the proxy's back still reads what it has read before.
    /// </summary>
    public int ProofSeconds { get; init; } = 60;

    /// <summary>
    /// Seconds past its TTL for which a response is served while Vault fails, 0 (never) to 3600. Not while Vault is sealed.
    /// </summary>
    public int StaleIfErrorSeconds { get; init; }

    /// <summary>Memory of all responses in bytes.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest response that is kept, in bytes; at most 65536.</summary>
    public int MaxEntryBytes { get; init; } = 64 * 1024;
}
