namespace CreditSystem.Api.Health;

/// <param name="Status">healthy; degraded: every request is served, but something needs a look; unhealthy: requests fail.</param>
/// <param name="Reasons">Why it is not healthy; absent when it is, so that the healthy document is the specification's to the byte.</param>
internal sealed record HealthDocument(
    string Status, VaultHealth Vault, MongoHealth Mongodb, RedisHealth Redis,
    IReadOnlyList<string>? Reasons)
{
    public static HealthDocument Of(SystemHealth health) => new(
        WireNames.From(SystemHealth.Worst(health.Findings)), health.Vault, health.Mongodb, health.Redis,
        health.Findings.Count > 0 ? [.. health.Findings.Select(finding => finding.Reason)] : null);
}

internal sealed record VaultHealth(bool Connected, bool Authenticated, bool HealthCheck);

internal sealed record MongoHealth(bool Connected, bool UsingVaultCredentials);

internal sealed record RedisHealth(bool Connected);
