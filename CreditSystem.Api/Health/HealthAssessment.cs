using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Health;

/// <summary>Judges what the probes and the secrets say: which of it fails requests, and which only needs a look.</summary>
internal sealed class HealthAssessment(
    HealthProbes probes, MongoConnection connection, VaultOptions options, VaultSession session, SecretStore secrets, VaultStatus status,
    HealthReasons reported)
{
    public async Task<HealthDocument> AssessAsync()
    {
        var (mongo, redis, answer) = (probes.Mongo.CheckAsync(), probes.Redis.CheckAsync(), await probes.Vault.CheckAsync());
        var vault = new VaultHealth(answer is not null, session.Current is not null, answer is 200 or 473);
        var (mongoHealth, redisHealth) = (
            new MongoHealth(await mongo, SourceOfMongo is SecretOrigin.Vault && connection.FollowsConfiguration),
            new RedisHealth(await redis));

        string[] failures = [.. Failures(mongoHealth)];
        string[] reasons = [.. failures, .. OfRedis(redisHealth), .. OfVault(vault, answer), .. OfSecrets(mongoHealth),
            .. reported.Current];
        var word = failures.Length > 0 ? "unhealthy" : reasons.Length > 0 ? "degraded" : "healthy";
        return new HealthDocument(word, vault, mongoHealth, redisHealth, reasons.Length > 0 ? reasons : null);
    }

    private SecretOrigin? SourceOfMongo => secrets.SourceOf(SecretKeys.MongoConnection)?.Origin;

    /// <summary>Without these no request, or no login, succeeds.</summary>
    private IEnumerable<string> Failures(MongoHealth mongo)
    {
        if (!mongo.Connected)
            yield return "mongodb: the database does not answer, or refuses the credentials.";
        if (secrets.SourceOf(SecretKeys.SigningKey) is null)
            yield return $"secrets: {SecretKeys.SigningKey} has not been delivered.";
    }

    private static IEnumerable<string> OfRedis(RedisHealth redis) =>
        redis.Connected
            ? []
            : ["redis: does not answer, or refuses the credentials; limits hold for each replica by itself, "
                + "and revocations take effect late."];

    private IEnumerable<string> OfVault(VaultHealth vault, int? answer)
    {
        if (options.Address is null)
        {
            yield return "vault: no address is configured.";
            yield break;
        }

        if (!vault.HealthCheck)
            yield return answer switch
            {
                null => "vault: does not answer; the last good secrets are in use.",
                503 => "vault: is sealed; the last good secrets are in use.",
                501 => "vault: is not initialised.",
                472 or 474 or 530 => "vault: the node that answers has no active node; the last good secrets are in use.",
                _ => $"vault: its health call answers {answer}; the last good secrets are in use.",
            };
        if (!vault.Authenticated)
            yield return "vault: there is no login that works.";
        if (vault is { HealthCheck: true, Authenticated: true } && status.UnreachableSince is { } since)
            yield return $"vault: has not confirmed the secrets since {since:yyyy-MM-ddTHH:mm:ssZ}; the last good ones are in use.";
    }

    private IEnumerable<string> OfSecrets(MongoHealth mongo)
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
