using System.Collections.Concurrent;
using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>
/// Which caller has itself been given which secret by Vault, and when. A caller is a token, as an HMAC, at an address: a token
/// that turns up elsewhere has shown nothing yet. A proof is renewed by the caller's next read from Vault alone, which checks
/// the token and its policies more thoroughly than a question for its capabilities would.
/// </summary>
internal sealed class CacheProofs(CacheOptions options, TimeProvider time)
{
    private const int MaxCallers = 10_000;
    private const int MaxSecretsPerCaller = 1_000;
    private readonly TimeSpan _valid = TimeSpan.FromSeconds(options.ProofSeconds);
    private readonly TimeSpan _validInOutage = TimeSpan.FromSeconds(options.ProofSeconds + options.StaleIfErrorSeconds);
    private ConcurrentDictionary<Caller, ConcurrentDictionary<CacheKey, long>> _callers = new();

    internal bool Has(in Caller caller, in CacheKey key) => Has(caller, key, _valid);

    /// <summary>While Vault cannot be asked, a proof lasts as much longer as an answer does.</summary>
    internal bool HasInOutage(in Caller caller, in CacheKey key) => Has(caller, key, _validInOutage);

    internal void Add(in Caller caller, in CacheKey key)
    {
        if (caller.Token.IsNone)
            return;
        if (_callers.Count >= MaxCallers)
            Clear();
        var secrets = _callers.GetOrAdd(caller, static _ => new ConcurrentDictionary<CacheKey, long>(concurrencyLevel: 1, capacity: 4));
        if (secrets.Count >= MaxSecretsPerCaller)
            secrets.Clear();
        secrets[key] = time.GetTimestamp();
    }

    /// <summary>Vault has refused the caller something, so it has to show everything again.</summary>
    internal void Remove(in Caller caller) => _callers.TryRemove(caller, out _);

    internal void Clear() => _callers = new ConcurrentDictionary<Caller, ConcurrentDictionary<CacheKey, long>>();

    private bool Has(in Caller caller, in CacheKey key, TimeSpan valid) =>
        !caller.Token.IsNone
        && _callers.TryGetValue(caller, out var secrets)
        && secrets.TryGetValue(key, out var shownAt)
        && time.GetElapsedTime(shownAt) < valid;

    internal readonly record struct Caller(TokenId Token, string Address);
}
