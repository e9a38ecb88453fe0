using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>Whether there is a Vault node to forward to.</summary>
internal sealed class UpstreamHealthCheck(UpstreamPool pool) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var states = string.Join(", ", pool.Nodes.Select(node => $"{node.Address}: {node.State}"));
        return Task.FromResult(pool.Nodes.Any(node => node.IsUsable && node.State != NodeState.Unknown)
            ? HealthCheckResult.Healthy(states)
            : HealthCheckResult.Unhealthy(states));
    }
}
