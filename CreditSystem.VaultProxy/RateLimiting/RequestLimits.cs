using CreditSystem.ServiceDefaults.Http;
using CreditSystem.VaultProxy.Telemetry;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.RateLimiting;

/// <summary>A rate for each of many; 0 is none.</summary>
internal sealed class RateLimit(double permitsPerSecond, int burst, int maxKeys, TimeProvider time)
{
    private readonly TokenBuckets<TokenId> _buckets = new(maxKeys, time);
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(Math.Min(1 / permitsPerSecond, TimeSpan.SecondsPerDay * 365d));

    /// <summary>Takes one permit.</summary>
    /// <param name="retryAfter">When refused, the time until there is one.</param>
    public bool TryTake(TokenId key, out TimeSpan retryAfter)
    {
        retryAfter = permitsPerSecond <= 0 ? TimeSpan.Zero : _buckets.Take(key, burst, _interval).RetryAfter;
        return retryAfter == TimeSpan.Zero;
    }
}

/// <summary>The request rate of each token, or of each address where there is no token.</summary>
internal sealed class RequestLimits(IOptions<VaultProxyOptions> options, TimeProvider time)
{
    private readonly RateLimit _rates =
        new(options.Value.RateLimits.RequestsPerSecond, options.Value.RateLimits.Burst, options.Value.RateLimits.MaxPartitions, time);

    public bool TryTake(in VaultCaller caller, out TimeSpan retryAfter) =>
        _rates.TryTake(caller.Token.IsNone ? TokenId.From(caller.Address, kind: 1) : caller.Token, out retryAfter);
}
