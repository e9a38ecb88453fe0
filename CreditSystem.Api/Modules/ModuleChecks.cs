using CreditSystem.Api.Health;
using CreditSystem.Identity.PersonalData;
using CreditSystem.Secrets.Sources;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Api.Modules;

/// <summary>What a module needs besides servers and secrets.</summary>
internal static class ModuleChecks
{
    /// <summary>Half a queue of waiting commands is the time to look, before callers get 503.</summary>
    public static HealthFinding? Ledger(IServiceProvider services) =>
        services.GetRequiredService<CreditLedger>().Partitions.Max(partition => partition.QueueDepth)
            > services.GetRequiredService<IOptions<LedgerOptions>>().Value.QueueCapacity / 2
            ? new(HealthPart.Module, HealthStatus.Degraded, "ledger: commands wait for a commit.")
            : null;

    public static HealthFinding? PersonalData(IServiceProvider services)
    {
        try
        {
            _ = services.GetRequiredService<PersonalDataKeys>().Current;
            return null;
        }
        catch (SecretUnavailableException)
        {
            return new(
                HealthPart.Module, HealthStatus.Unhealthy,
                "secrets: the key of personal data has not been delivered, or is not the one that the stored data was written under.");
        }
    }

    public static HealthFinding? Payments(IServiceProvider services) =>
        services.GetRequiredService<IConfiguration>().GetSection("stripe").GetChildren().Any(value => !string.IsNullOrEmpty(value.Value))
            ? null
            : new(HealthPart.Module, HealthStatus.Degraded, "secrets: Stripe's have not been delivered; all else works.");
}
