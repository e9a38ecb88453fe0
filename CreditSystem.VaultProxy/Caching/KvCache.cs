using System.Collections.Concurrent;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.Telemetry;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>
/// Answers reads of KV secrets from memory, to callers that have read the same secret from Vault themselves. ASP.NET Core's
/// output cache knows no such rule: it serves a secret to the next caller, with a bad token or none.
/// </summary>
internal sealed class KvCache(IOptions<VaultProxyOptions> options, VaultForwarder forwarder, TokenLookup lookup, ProxyMetrics metrics,
    TimeProvider time)
{
    private readonly (string Mount, string Prefix)[] _prefixes = [.. options.Value.Cache.Prefixes.Select(VaultRoutes.SplitMount)];
    private readonly ConcurrentDictionary<CacheKey, Flight> _flights = new();

    internal CacheStore Store { get; } = new(options.Value.Cache, time);

    internal CacheEntitlements Entitlements { get; } = new(options.Value.Cache, time);

    private bool ServesStale => options.Value.Cache.StaleIfErrorSeconds > 0;

    /// <summary>Serves the request, if it is one that the cache has to do with.</summary>
    /// <returns>False when it has not, and nothing has been done.</returns>
    internal async ValueTask<bool> TryServeAsync(HttpContext context, VaultRequest request, VaultCaller caller)
    {
        if (_prefixes.Length == 0)
            return false;
        var route = request.Route!;
        if (route.EndsTokens || (route.EvictsMount is not null && (request.Operation & VaultMethods.Read) == 0))
        {
            await ForwardWriteAsync(context, request, caller);
            return true;
        }

        if (!route.Cacheable || !TryGetKey(context, request, out var key))
            return false;
        await ServeReadAsync(new CachedRead(this, context, request, caller, key));
        return true;
    }

    private async ValueTask ServeReadAsync(CachedRead read)
    {
        if (read.TryServeFresh("hit"))
        {
            await read.WriteAsync();
            return;
        }

        // Only a caller that will have a proof may wait for another's response; anyone else has to ask Vault itself.
        var flight = new Flight(read.Caller);
        var leader = _flights.GetOrAdd(read.Key, flight);
        if (leader != flight && (leader.Caller == read.Caller || Entitlements.Has(read.Caller, read.Key)))
        {
            await leader.Done.Task.WaitAsync(read.Context.RequestAborted);
            if (read.TryServeFresh("shared"))
            {
                await read.WriteAsync();
                return;
            }
        }

        try
        {
            metrics.CountCache("miss");
            await forwarder.ForwardAsync(read.Context, read.Request, read.Caller, read);
        }
        finally
        {
            if (leader == flight)
            {
                _flights.TryRemove(new(read.Key, flight));
                flight.Done.SetResult();
            }
        }
    }

    private async ValueTask ForwardWriteAsync(HttpContext context, VaultRequest request, VaultCaller caller)
    {
        CacheKey? secret = request.Route!.EvictsMount is null ? null : CacheKey.Parse(request.Namespace, request.Target.Path, "");
        Store.BeginWrite(secret);
        try
        {
            if (request.Route.EndsTokens)
                Entitlements.Clear();
            await forwarder.ForwardAsync(context, request, caller);
        }
        finally
        {
            if (request.Route.EndsTokens)
                Entitlements.Clear();
            Store.EndWrite(secret);
        }
    }

    internal void Count(string result) => metrics.CountCache(result);

    internal bool MayServeStale(CachedRead read) => ServesStale && Entitlements.HasInOutage(read.Caller, read.Key);

    /// <summary>
    /// Of a token whose uses are counted nothing is served, so that each read is a use; it is asked once, which costs one.
    /// </summary>
    internal async ValueTask<TokenLife> FindLifeAsync(CachedRead read)
    {
        if (read.Caller.Token.IsNone)
            return TokenLife.Unserved;
        if (Entitlements.FindLife(read.Caller) is { } known)
            return known;
        var askedAt = time.GetTimestamp();
        var life = await lookup.AskAsync(read.Context, read.Caller);
        Entitlements.Learn(read.Caller, life, askedAt);
        return life;
    }

    private bool TryGetKey(HttpContext context, in VaultRequest request, out CacheKey key)
    {
        key = default;
        if (request.Operation != VaultMethods.Get || request.Target.IsFolder || !HasPlainHeaders(context.Request.Headers))
            return false;
        key = CacheKey.Parse(request.Namespace, request.Target.Path, request.Version);
        foreach (var (mount, prefix) in _prefixes)
        {
            if (key.Mount == mount && key.Secret.StartsWith(prefix, StringComparison.Ordinal)
                && (key.Secret.Length == prefix.Length || key.Secret[prefix.Length] == '/'))
                return true;
        }

        return false;
    }

    // Wrapping, consistency and MFA headers change the response; a client that asks for no cache gets none.
    private static bool HasPlainHeaders(IHeaderDictionary headers)
    {
        if (headers.CacheControl.Count > 0 || headers.Pragma.Count > 0)
            return false;
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith(VaultHeaders.Prefix, StringComparison.OrdinalIgnoreCase) && !IsPlain(name))
                return false;
        }

        return true;
    }

    private static bool IsPlain(string name) =>
        name.Equals(VaultHeaders.Token, StringComparison.OrdinalIgnoreCase)
        || name.Equals(VaultHeaders.Namespace, StringComparison.OrdinalIgnoreCase)
        || name.Equals(VaultHeaders.Request, StringComparison.OrdinalIgnoreCase);

    /// <summary>A read on its way to Vault.</summary>
    private sealed class Flight(VaultCaller caller)
    {
        public VaultCaller Caller => caller;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
