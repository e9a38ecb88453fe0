using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Health;
using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Api.Features.Operations;

/// <param name="Path">The secret's path.</param>
/// <param name="Version">The version in use.</param>
/// <param name="AgeSeconds">Since that version was written.</param>
/// <param name="MaxStalenessSeconds">How long it goes on being used when Vault no longer confirms it.</param>
/// <param name="Expired">It has not been confirmed for longer than that, and is not used.</param>
public sealed record VaultSecretStatus(string Path, int Version, long AgeSeconds, long MaxStalenessSeconds, bool Expired);

/// <param name="Path">The engine's path.</param>
/// <param name="LeaseExpiresAt">When the user ends unless the lease is renewed; none for a static role.</param>
public sealed record VaultDatabaseStatus(string Path, DateTimeOffset IssuedAt, DateTimeOffset? LeaseExpiresAt);

/// <param name="Accessor">Names the token for an administrator of Vault, without being it.</param>
/// <param name="DueAt">When it is renewed, or replaced by another login where renewal has come to its end.</param>
public sealed record VaultTokenStatus(string Accessor, DateTimeOffset ExpiresAt, DateTimeOffset DueAt, bool MaxTtlNear);

/// <param name="Status">healthy, degraded (the last good values are in use) or unconfigured (there is no Vault).</param>
/// <param name="DegradedSince">Since when Vault does not help.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Violations">Rules that newer secrets in Vault break; those before them stay in use.</param>
/// <param name="HealthStatus">What Vault's health call answers now; absent when nothing does.</param>
/// <param name="CredentialsGeneration">Names the secret_id of the last login, without giving it away: it changes with each
/// rotation.</param>
/// <param name="SecretsFrom">vault, or snapshot after a start while Vault was down.</param>
public sealed record VaultStatusResponse(
    string Status, string? Address, string? Namespace, bool Authenticated, VaultTokenStatus? Token, string? CredentialsGeneration,
    int? HealthStatus,
    DateTimeOffset? ConfirmedAt, DateTimeOffset? DegradedSince, string? Reason, DateTimeOffset? NextRefreshAt, string? SecretsFrom,
    IReadOnlyList<string> Violations, IReadOnlyList<VaultSecretStatus> Secrets, VaultDatabaseStatus? Database);

/// <summary><c>GET /vault/status</c>.</summary>
internal static class GetVaultStatus
{
    public static async Task<JsonHttpResult<VaultStatusResponse>> HandleAsync(
        VaultOptions options, SecretStore store, VaultSession session, VaultLogin login, VaultStatus status, HealthProbes probes,
        TimeProvider time) =>
        TypedResults.Json(
            Describe(options, store, session, login, status, await probes.Vault.CheckAsync(), time),
            OperationsJson.Default.VaultStatusResponse);

    internal static VaultStatusResponse Describe(
        VaultOptions options, SecretStore store, VaultSession session, VaultLogin login, VaultStatus status, int? health, TimeProvider time)
    {
        var (now, token, snapshot) = (time.GetUtcNow(), session.Current, store.Snapshot);
        var word = options.Address is null
            ? "unconfigured"
            : status is { LostSince: null, Violations.Count: 0 } && token is not null ? "healthy" : "degraded";
        return new VaultStatusResponse(
            word,
            options.Address?.GetLeftPart(UriPartial.Authority),
            options.Namespace,
            token is not null,
            token is null
                ? null
                : new VaultTokenStatus(
                    token.Accessor, token.ExpiresAt, token.DueAt < token.HardDeadline ? token.DueAt : token.HardDeadline, token.IsFinal),
            login.Generation,
            health,
            status.ConfirmedAt ?? snapshot?.ReadAt,
            status.LostSince,
            status.Reason,
            status.NextRefreshAt,
            snapshot is null ? null : ListConfigSources.Word(snapshot.Origin),
            status.Violations,
            [.. (snapshot?.Secrets ?? []).Select(secret => From(secret, options, status, now))],
            snapshot?.Database is { } lease
                ? new VaultDatabaseStatus(lease.Path, lease.IssuedAt, lease.Duration == DatabaseLease.Endless ? null : lease.ExpiresAt)
                : null);
    }

    private static VaultSecretStatus From(VaultSecret secret, VaultOptions options, VaultStatus status, DateTimeOffset now) => new(
        $"{options.MountPoint}/{secret.Path}", secret.Version, (long)(now - secret.CreatedAt).TotalSeconds,
        (long)options.MaxStalenessOf(secret.Name).TotalSeconds, status.ExpiredPaths.Contains(secret.Path));
}
