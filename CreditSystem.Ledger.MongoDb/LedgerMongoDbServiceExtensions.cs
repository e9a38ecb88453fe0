using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb.Projection;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Verification;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>What a host adds to keep its ledger in MongoDB.</summary>
public static class LedgerMongoDbServiceExtensions
{
    /// <summary>
    /// Adds the stores of the log, of its projection and of its verification, each unless the host has one, and the check that the database
    /// is laid out as <see cref="LedgerOptions.Partitions"/> says, which ends a host that it is not. To be called before
    /// <see cref="LedgerServiceExtensions.AddLedger"/>: what is added first starts first.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="executor">How operations get at the database.</param>
    public static IServiceCollection AddLedgerMongoDb(this IServiceCollection services, Func<IServiceProvider, MongoExecutor> executor)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
            new LedgerDatabase(executor(provider), provider.GetRequiredService<IOptions<LedgerOptions>>().Value.Partitions));
        services.TryAddSingleton<IBlockStore, MongoBlockStore>();
        services.TryAddSingleton<IProjectionStore, MongoProjectionStore>();
        services.TryAddSingleton<IIndexedKeyStore, MongoIndexedKeyStore>();
        services.TryAddSingleton<IVerificationStore, MongoVerificationStore>();
        // A log in other hands, such as a test's, has no database to ask.
        if (services.Any(service => service.ImplementationType == typeof(MongoBlockStore)))
            services.AddHostedService<LedgerLayoutCheck>();
        return services;
    }
}
