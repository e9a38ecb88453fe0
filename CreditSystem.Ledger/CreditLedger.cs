using System.Collections.Concurrent;
using System.Diagnostics;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Verification;
using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger;

/// <summary>The ledger as the rest of the application sees it.</summary>
public sealed partial class CreditLedger : BackgroundService
{
    private readonly LedgerPartition[] partitions;
    private readonly PartitionVerifier[] verifiers;
    private readonly SemaphoreSlim oneReading = new(1, 1);
    private readonly IBlockStore store;
    private readonly TimeSpan housekeeping;
    private readonly ConcurrentDictionary<Guid, byte> inFlight = new();
    private readonly LedgerMetrics metrics;
    private readonly TimeProvider time;

    public CreditLedger(
        IBlockStore store, IProjectionStore projections, IVerificationStore verification, IOptions<LedgerOptions> options, LedgerMetrics metrics, TimeProvider time, ILogger<LedgerPartition> logger)
    {
        this.store = store;
        this.metrics = metrics;
        this.time = time;
        housekeeping = TimeSpan.FromMilliseconds(options.Value.CheckpointIntervalMilliseconds / 2.0);
        var memory = MemoryBudget.OfProcess(options.Value);
        var clock = new ClockGuard(store, time, logger);
        partitions = [.. Enumerable.Range(0, options.Value.Partitions)
            .Select(number => new LedgerPartition(number, store, projections, options.Value, memory, clock, metrics, time, logger))];
        verifiers = [.. partitions.Select(partition => new PartitionVerifier(partition, store, projections, verification, oneReading, time))];
        metrics.Observe("credit_system_ledger_queue_depth", () => partitions.Sum(partition => (long)partition.QueueDepth), "Commands that wait for a commit");
        metrics.Observe("credit_system_ledger_queue_capacity", () => (long)partitions.Length * options.Value.QueueCapacity, "Commands of one tenant each that may wait before new ones are refused");
        metrics.Observe("credit_system_ledger_accounts_in_memory", () => partitions.Sum(partition => (long)partition.State.AccountCount), "Accounts that need not be read to be changed");
        metrics.Observe("credit_system_ledger_projection_lag", () => partitions.Sum(partition => partition.Backlog.Records), "Records in the log that are not in the projection, which a start would have to replay");
        metrics.Observe("credit_system_ledger_projection_age_seconds", () => (long)partitions.Max(partition => partition.Backlog.Age).TotalSeconds, "How long the oldest of those records has waited");
        metrics.ObserveSeconds("credit_system_ledger_clock_skew_seconds", () => clock.SkewSeconds, "How far this replica's clock is ahead of the database's (negative: behind)");
        metrics.Observe("credit_system_ledger_known_ids", () => partitions.Sum(partition => (long)partition.Reader.KnownIds), "Ids that no other request can have");
    }

    public IReadOnlyList<LedgerPartition> Partitions => partitions;

    /// <summary>The log that holds all of a tenant. One log per tenant makes an Idempotency-Key exact across its accounts and assets.</summary>
    public LedgerPartition PartitionOf(string tenant) => partitions[PartitionHash.Of(tenant) % (uint)partitions.Length];

    /// <summary>Commits one command, or gives the outcome that its id has had for ever.</summary>
    /// <returns>Null when a request with the same id is being processed now.</returns>
    public async Task<Committed?> ExecuteAsync(Command command)
    {
        if (!inFlight.TryAdd(command.Id, 0))
            return null;
        try
        {
            return (await SubmitAsync(command.Tenant, [command]))[0];
        }
        finally
        {
            inFlight.TryRemove(command.Id, out _);
        }
    }

    /// <summary>
    /// Commits the commands of one request in one block, each with its own outcome. The request has a record of its own, so
    /// that its key is known for ever: a repetition executes nothing and gets the outcomes of the first time.
    /// </summary>
    /// <returns>The outcome of the request itself and then of each command; null when one with the same id is being processed now.</returns>
    public async Task<Committed[]?> ExecuteAsync(Command request, IEnumerable<Command> commands)
    {
        if (!inFlight.TryAdd(request.Id, 0))
            return null;
        try
        {
            return await SubmitAsync(request.Tenant, [request, .. commands], hasRequestRecord: true);
        }
        finally
        {
            inFlight.TryRemove(request.Id, out _);
        }
    }

    /// <summary>Commits commands of one tenant, each with its own outcome.</summary>
    public Task<Committed[]> SubmitAsync(string tenant, Command[] commands) => SubmitAsync(tenant, commands, hasRequestRecord: false);

    private async Task<Committed[]> SubmitAsync(string tenant, Command[] commands, bool hasRequestRecord)
    {
        var started = Stopwatch.GetTimestamp();
        var outcomes = await PartitionOf(tenant).SubmitAsync(commands, hasRequestRecord);
        var elapsed = Stopwatch.GetElapsedTime(started);
        foreach (var outcome in outcomes)
            if (outcome.Replayed)
                metrics.Replayed();
            else if (outcome.Record.Command is not SettleAccount)
                metrics.Processed(outcome.Record.Command, elapsed);
        return outcomes;
    }

    /// <summary>An account of the tenant, with what has expired settled; null where there is none.</summary>
    /// <param name="tenant">Whose account.</param>
    /// <param name="id">Which account.</param>
    /// <param name="linearizable">False: what this replica knows will do, without asking for news.</param>
    public async Task<AccountState?> FindAccountAsync(string tenant, Guid id, bool linearizable)
    {
        var partition = PartitionOf(tenant);
        if (linearizable)
            await partition.SynchronizeAsync();
        var account = await partition.LoadAccountAsync(id);
        if (account is null || account.Tenant != tenant)
            return null;
        if (account.NextExpiry() <= time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            await partition.SubmitAsync([new SettleAccount(Guid.NewGuid(), tenant, id)]);
            account = await partition.LoadAccountAsync(id);
        }
        return account;
    }

    /// <summary>Several accounts of the tenant as of one block; null where there is none.</summary>
    public async Task<AccountState?[]> SnapshotAsync(string tenant, Guid[] accounts) =>
        Array.ConvertAll(await PartitionOf(tenant).SnapshotAsync(accounts), account => account?.Tenant == tenant ? account : null);

    /// <summary>The record of the tenant's log that has the id as its command or as one of its postings.</summary>
    public async Task<LedgerRecord?> FindRecordAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(tenant);
        await partition.SynchronizeAsync();
        return await partition.FindRecordAsync(id, cancellationToken) is { } record && record.Command.Tenant == tenant ? record : null;
    }

    public override void Dispose()
    {
        foreach (var verifier in verifiers)
            verifier.Dispose();
        oneReading.Dispose();
        base.Dispose();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var partition in partitions)
            partition.Stop();
        await base.StopAsync(cancellationToken);
    }

    // What is queued at shutdown is still committed and answered; only the grace period of the host ends that.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([HousekeepAsync(stoppingToken), .. partitions.Select(partition => Task.Run(() => partition.RunAsync(CancellationToken.None), CancellationToken.None))]);

    private async Task HousekeepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(housekeeping, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
                foreach (var partition in partitions)
                    partition.Housekeep();
        }
        catch (OperationCanceledException)
        {
            // The partitions write what is left when they end.
        }
    }
}

internal static class PartitionHash
{
    /// <summary>FNV-1a: the same on every replica, unlike <see cref="string.GetHashCode()"/>.</summary>
    public static uint Of(string tenant)
    {
        var hash = 2166136261u;
        foreach (var character in tenant)
            hash = (hash ^ character) * 16777619u;
        return hash;
    }
}
