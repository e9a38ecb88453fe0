using System.Collections.Concurrent;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>
/// Which caller has itself been given which secret by Vault, and when. A caller is a token, as an HMAC, at an address: a token
/// that turns up elsewhere has shown nothing yet. A proof is renewed by the caller's next read from Vault alone, which checks
/// the token and its policies more thoroughly than a question for its capabilities would; it ends with the token.
/// </summary>
internal sealed class CacheEntitlements(CacheOptions options, TimeProvider time)
{
    private const int MaxCallers = 10_000;
    private const int MaxSecretsPerCaller = 1_000;
    private readonly TimeSpan _valid = TimeSpan.FromSeconds(options.ProofSeconds);
    private readonly TimeSpan _validInOutage = TimeSpan.FromSeconds(options.ProofSeconds + options.StaleIfErrorSeconds);
    private ConcurrentDictionary<VaultCaller, Known> _callers = new();

    internal bool Has(in VaultCaller caller, in CacheKey key) => Has(caller, key, _valid);

    /// <summary>While Vault cannot be asked, a proof lasts as much longer as a response does, but no longer than the token.</summary>
    internal bool HasInOutage(in VaultCaller caller, in CacheKey key) => Has(caller, key, _validInOutage);

    /// <returns>What Vault has said of the token, unless that is older than a proof may be. Counted uses stay counted.</returns>
    internal TokenLife? FindLife(in VaultCaller caller)
    {
        if (!_callers.TryGetValue(caller, out var known))
            return null;
        var age = time.GetElapsedTime(known.AskedAt);
        return known.Life.IsCounted || (age < _valid && (!known.Life.MayBeServed || age < known.Life.Lasts)) ? known.Life : null;
    }

    /// <param name="askedAt">The timestamp before the question.</param>
    internal void Learn(in VaultCaller caller, TokenLife life, long askedAt)
    {
        if (caller.Token.IsNone)
            return;
        if (_callers.Count >= MaxCallers)
            Clear();
        var known = new Known(life, askedAt);
        _callers.AddOrUpdate(caller, static (_, learned) => learned,
            static (_, before, learned) => learned with { Secrets = before.Secrets }, known);
    }

    internal void Add(in VaultCaller caller, in CacheKey key)
    {
        if (!_callers.TryGetValue(caller, out var known))
            return;
        if (known.Secrets.Count >= MaxSecretsPerCaller)
            known.Secrets.Clear();
        known.Secrets[key] = time.GetTimestamp();
    }

    /// <summary>Vault has refused the caller something, so it has to show everything again.</summary>
    internal void Remove(in VaultCaller caller) => _callers.TryRemove(caller, out _);

    internal void Clear() => _callers = new ConcurrentDictionary<VaultCaller, Known>();

    private bool Has(in VaultCaller caller, in CacheKey key, TimeSpan valid) =>
        !caller.Token.IsNone
        && _callers.TryGetValue(caller, out var known)
        && known.Life.MayBeServed
        && time.GetElapsedTime(known.AskedAt) < known.Life.Lasts
        && known.Secrets.TryGetValue(key, out var shownAt)
        && time.GetElapsedTime(shownAt) < valid;

    private sealed record Known(TokenLife Life, long AskedAt)
    {
        public ConcurrentDictionary<CacheKey, long> Secrets { get; init; } = new(concurrencyLevel: 1, capacity: 4);
    }
}
