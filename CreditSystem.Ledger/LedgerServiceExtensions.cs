using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Outbox;
using CreditSystem.Ledger.Verification;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CreditSystem.Ledger;

/// <summary>What a host adds to serve a ledger.</summary>
public static class LedgerServiceExtensions
{
    /// <summary>
    /// Adds the ledger with its metrics, the reader of its events, and three services of the host: the partitions' loops,
    /// verification and the
    /// sweep of what has expired. The host adds the stores first (<see cref="Log.IBlockStore"/>, <see cref="Projection.IProjectionStore"/>,
    /// <see cref="IVerificationStore"/>), metrics, and <see cref="LedgerOptions"/>.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="onVerified">Told of the result each time that the ledger has been verified.</param>
    public static IServiceCollection AddLedger(
        this IServiceCollection services, Action<IServiceProvider, LedgerVerification>? onVerified = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<OutboxReader>();
        services.AddSingleton<LedgerMetrics>();
        services.AddSingleton<CreditLedger>();
        services.AddHostedService(provider => provider.GetRequiredService<CreditLedger>());
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<LedgerWatch>(
            provider, (Action<LedgerVerification>)(verification => onVerified?.Invoke(provider, verification))));
        services.AddHostedService<ExpirySweeper>();
        services.AddHostedService<ListBackfill>();
        return services;
    }
}
