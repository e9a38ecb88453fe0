using CreditSystem.Identity.PersonalData;
using CreditSystem.Ledger;
using CreditSystem.Secrets.Health;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Modules;

/// <summary>What each module needs to work. A detail says what is wrong in words of our own, never a server's.</summary>
internal static class ModuleChecks
{
    private const string NoDatabase = "The database does not answer.";

    public static async Task<HealthCheckResult> StorageAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        await services.GetRequiredService<HealthProbes>().Mongo.CheckAsync().WaitAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(NoDatabase);

    /// <summary>Half a queue of waiting commands is the time to look, before callers get 503.</summary>
    public static async Task<HealthCheckResult> LedgerAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var capacity = services.GetRequiredService<IOptions<LedgerOptions>>().Value.QueueCapacity;
        var deepest = services.GetRequiredService<CreditLedger>().Partitions.Max(partition => partition.QueueDepth);
        var storage = await StorageAsync(services, cancellationToken);
        return storage.Status == HealthStatus.Healthy && deepest > capacity / 2
            ? HealthCheckResult.Degraded("Commands wait for a commit.")
            : storage;
    }

    public static async Task<HealthCheckResult> UsersAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var storage = await StorageAsync(services, cancellationToken);
        if (storage.Status != HealthStatus.Healthy)
            return storage;
        try
        {
            _ = services.GetRequiredService<PersonalDataKeys>().Current;
            return storage;
        }
        catch (SecretUnavailableException)
        {
            return HealthCheckResult.Unhealthy(
                "The key of personal data has not been delivered, or is not the one that the stored data was written under.");
        }
    }

    public static async Task<HealthCheckResult> KeysAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var storage = await StorageAsync(services, cancellationToken);
        return storage.Status == HealthStatus.Healthy
            && !await services.GetRequiredService<HealthProbes>().Redis.CheckAsync().WaitAsync(cancellationToken)
            ? HealthCheckResult.Degraded("Redis does not answer: revocations take seconds, and limits hold for each replica by itself.")
            : storage;
    }

    public static async Task<HealthCheckResult> PaymentsAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<IConfiguration>().GetSection("stripe").GetChildren().Any(value => !string.IsNullOrEmpty(value.Value))
            ? await StorageAsync(services, cancellationToken)
            : HealthCheckResult.Degraded("Stripe's secrets have not been delivered; all else works.");

    public static Task<HealthCheckResult> SecretsAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var status = services.GetRequiredService<VaultStatus>();
        var usesVault = services.GetRequiredService<SecretStore>().SourceOf(SecretKeys.SigningKey)?.Origin is SecretOrigin.Vault;
        return Task.FromResult((status, usesVault) switch
        {
            ({ Violations.Count: > 0 }, _) => HealthCheckResult.Degraded("New secrets in Vault break a rule; those before stay in use."),
            ({ LostSince: not null }, _) => HealthCheckResult.Degraded("Vault does not answer; the last good secrets stay in use."),
            (_, false) => HealthCheckResult.Degraded("The secrets do not come from Vault."),
            _ => HealthCheckResult.Healthy(),
        });
    }
}
