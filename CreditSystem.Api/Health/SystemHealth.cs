using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Api.Health;

internal enum HealthPart
{
    MongoDB,
    Redis,
    Vault,
    Secrets,

    /// <summary>What other parts of the service have reported.</summary>
    Reported,

    /// <summary>Of one module, and of no other's concern.</summary>
    Module,
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="Part">What it is about.</param>
/// <param name="Status">Degraded: requests are served. Unhealthy: they fail.</param>
/// <param name="Reason">A sentence that everybody may read: words of our own, never a server's.</param>
internal sealed record HealthFinding(HealthPart Part, HealthStatus Status, string Reason);

/// <summary>How the service and what it needs are: all that <c>/health</c>, the health checks and <c>/modules</c> show.</summary>
internal sealed record SystemHealth(VaultHealth Vault, MongoHealth Mongodb, RedisHealth Redis, IReadOnlyList<HealthFinding> Findings)
{
    public static HealthStatus Worst(IEnumerable<HealthFinding> findings) =>
        findings.Select(finding => finding.Status).DefaultIfEmpty(HealthStatus.Healthy).Min();
}
