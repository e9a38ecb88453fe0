using CreditSystem.VaultProxy.Telemetry;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.RateLimiting;

/// <summary>The request rate of each token, or of each address where there is no token.</summary>
internal sealed class RequestLimits(IOptions<VaultProxyOptions> options, TimeProvider time)
{
    private readonly TokenBuckets _buckets =
        new(options.Value.RateLimits.RequestsPerSecond, options.Value.RateLimits.Burst, options.Value.RateLimits.MaxPartitions, time);

    public bool TryTake(in VaultCaller caller, out TimeSpan retryAfter) =>
        _buckets.TryTake(caller.Token.IsNone ? TokenId.From(caller.Address, kind: 1) : caller.Token, out retryAfter);
}
