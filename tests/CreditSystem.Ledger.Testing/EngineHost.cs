using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Verification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger.Testing;

/// <summary>The ledger of one replica without HTTP. Leaving it without <see cref="DisposeAsync"/> is a crash.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<LedgerMetrics>().BuildServiceProvider();

    private EngineHost(IBlockStore store, IProjectionStore projections, IVerificationStore verification, LedgerOptions options, TimeProvider time, ILogger<LedgerPartition>? logger, IOwnerTransport? transport) => Ledger = new CreditLedger(
        store, projections, verification, Options.Create(options), services.GetRequiredService<LedgerMetrics>(), time, logger ?? NullLogger<LedgerPartition>.Instance, transport);

    public CreditLedger Ledger { get; }

    public LedgerPartition Partition => Ledger.PartitionOf(Ask.Tenant);

    public static async Task<EngineHost> StartAsync(
        IBlockStore store, IProjectionStore? projections = null, TimeProvider? time = null, Action<LedgerOptions>? configure = null, IVerificationStore? verification = null,
        ILogger<LedgerPartition>? logger = null, IOwnerTransport? transport = null)
    {
        // A busy machine is no outage: who tests one says how long it takes.
        var options = new LedgerOptions { Partitions = 1, CommitTimeoutSeconds = 60 };
        configure?.Invoke(options);
        projections ??= (store as InMemoryBlockStore)?.Projections ?? new InMemoryProjectionStore();
        var host = new EngineHost(store, projections, verification ?? new InMemoryVerificationStore(), options, time ?? TimeProvider.System, logger, transport);
        await host.Ledger.StartAsync(CancellationToken.None);
        return host;
    }

    public async Task<LedgerRecord> DoAsync(Command command) =>
        (await Ledger.ExecuteAsync(command) ?? throw new InvalidOperationException("in flight")).Record;

    public async Task<Guid> OpenAsync(string holder, long funds = 0, long limit = 0)
    {
        var account = (await DoAsync(Ask.Open(holder, limit))).Opened[0].Id;
        if (funds > 0)
        {
            var funded = await DoAsync(Ask.Fund(account, funds));
            Assert.True(funded.Accepted, $"{holder} was not funded: {funded.Rejection?.Code}");
        }
        return account;
    }

    public async Task<AccountState> AccountAsync(Guid id) => (await Ledger.FindAccountAsync(Ask.Tenant, id, linearizable: true))!;

    public async Task<long> PostedAsync(Guid id) => (await AccountAsync(id)).Posted;

    public async ValueTask DisposeAsync()
    {
        await Ledger.StopAsync(CancellationToken.None);
        try
        {
            if (Ledger.ExecuteTask is { } running)
                await running;
        }
        catch (OperationCanceledException)
        {
            // Stopped before it had begun to run.
        }
        Ledger.Dispose();
        await services.DisposeAsync();
    }
}
