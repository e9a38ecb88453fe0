using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults;
using static Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus;

namespace CreditSystem.Api.Health;

/// <summary>Judges what the probes and the secrets say: which of it fails requests, and which only needs a look.</summary>
internal sealed class HealthModel(
    HealthProbes probes, MongoConnection connection, VaultOptions options, VaultSession session, SecretStore secrets, VaultStatus status,
    HealthReasons reported)
{
    public async Task<SystemHealth> ReadAsync(CancellationToken cancellationToken)
    {
        var (mongo, redis, answer) = (probes.Mongo.CheckAsync(), probes.Redis.CheckAsync(), probes.Vault.CheckAsync());
        await Task.WhenAll(mongo, redis, answer).WaitAsync(cancellationToken);
        var vault = new VaultHealth(await answer is not null, session.Current is not null, await answer is 200 or 473);
        var (mongoHealth, redisHealth) = (
            new MongoHealth(await mongo, SourceOfMongo is SecretOrigin.Vault && connection.FollowsConfiguration),
            new RedisHealth(await redis));
        return new SystemHealth(
            vault, mongoHealth, redisHealth,
            [.. Failures(mongoHealth), .. OfRedis(redisHealth), .. OfVault(vault, await answer), .. OfSecrets(mongoHealth),
                .. reported.Current.Select(reason => new HealthFinding(HealthPart.Reported, Degraded, reason))]);
    }

    private SecretOrigin? SourceOfMongo => secrets.SourceOf(SecretKeys.MongoConnection)?.Origin;

    /// <summary>Without these no request, or no login, succeeds.</summary>
    private IEnumerable<HealthFinding> Failures(MongoHealth mongo)
    {
        if (!mongo.Connected)
            yield return new(HealthPart.MongoDB, Unhealthy, "mongodb: the database does not answer, or refuses the credentials.");
        if (secrets.SourceOf(SecretKeys.SigningKey) is null)
            yield return new(HealthPart.Secrets, Unhealthy, $"secrets: {SecretKeys.SigningKey} has not been delivered.");
    }

    private static IEnumerable<HealthFinding> OfRedis(RedisHealth redis) =>
        redis.Connected
            ? []
            : [new(HealthPart.Redis, Degraded, "redis: does not answer, or refuses the credentials; limits hold for each replica by "
                + "itself, and revocations take effect late.")];

    private IEnumerable<HealthFinding> OfVault(VaultHealth vault, int? answer) =>
        ReasonsOfVault(vault, answer).Select(reason => new HealthFinding(HealthPart.Vault, Degraded, $"vault: {reason}"));

    private IEnumerable<string> ReasonsOfVault(VaultHealth vault, int? answer)
    {
        if (options.Address is null)
        {
            yield return "no address is configured.";
            yield break;
        }

        if (!vault.HealthCheck)
            yield return answer switch
            {
                null => "does not answer; the last good secrets are in use.",
                503 => "is sealed; the last good secrets are in use.",
                501 => "is not initialised.",
                472 or 474 or 530 => "the node that answers has no active node; the last good secrets are in use.",
                _ => $"its health call answers {answer}; the last good secrets are in use.",
            };
        if (!vault.Authenticated)
            yield return "there is no login that works.";
        if (vault is { HealthCheck: true, Authenticated: true } && status.UnreachableSince is { } since)
            yield return $"has not confirmed the secrets since {since:yyyy-MM-ddTHH:mm:ssZ}; the last good ones are in use.";
    }

    private IEnumerable<HealthFinding> OfSecrets(MongoHealth mongo) =>
        ReasonsOfSecrets(mongo).Select(reason => new HealthFinding(HealthPart.Secrets, Degraded, reason));

    private IEnumerable<string> ReasonsOfSecrets(MongoHealth mongo)
    {
        if (!mongo.UsingVaultCredentials && SourceOfMongo is SecretOrigin.Vault)
            yield return "mongodb: the server does not accept the credentials in Vault; those before stay in use.";
        foreach (var violation in status.Violations)
            yield return $"secrets: {violation}; the value before stays in use.";
        foreach (var path in status.ExpiredPaths)
            yield return $"secrets: {path} has not been confirmed for too long and is no longer used.";
        if (options.Address is not null && status.UnreachableSince is null && SourceOfMongo is not SecretOrigin.Vault)
            yield return $"mongodb: the credentials come from {SourceOfMongo?.ToString().ToLowerInvariant() ?? "nowhere"}, not from Vault.";
        else if (options.Address is not null && SourceOfMongo is SecretOrigin.Snapshot)
            yield return "secrets: they come from the snapshot of an earlier run.";
    }
}
