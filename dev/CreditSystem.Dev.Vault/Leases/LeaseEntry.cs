using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Leases;

/// <summary>Something handed out for a time, which its backend takes back.</summary>
internal sealed record LeaseEntry
{
    public required string Id { get; init; }

    public required string MountPath { get; init; }

    public required string TokenHash { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? LastRenewedAt { get; init; }

    public TimeSpan Ttl { get; init; }

    public TimeSpan MaxTtl { get; init; }

    public bool Renewable { get; init; } = true;

    /// <summary>Revocation has been asked for; it is tried until the backend can do it.</summary>
    public bool IsRevoking { get; init; }

    /// <summary>What the backend needs to take it back.</summary>
    public required JsonObject Secret { get; init; }
}
