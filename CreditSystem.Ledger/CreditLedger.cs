using System.Diagnostics;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Submissions;
using CreditSystem.Ledger.Verification;
using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger;

/// <summary>A hold as it is now, and how it came to be.</summary>
public sealed record FoundHold(HoldState Hold, AccountState Account, LedgerRecord Placed);

/// <summary>The ledger as the rest of the application sees it: all partitions, and which of them has what.</summary>
public sealed class CreditLedger : BackgroundService
{
    private const int MostFacts = 200_000;

    private readonly LedgerPartition[] partitions;
    private readonly LedgerLayout layout;
    private readonly RequestsInFlight inFlight;
    private readonly AccountFacts facts;
    private readonly LedgerMetrics metrics;
    private readonly MemoryBudget memory;
    private readonly TimeProvider time;

    public CreditLedger(
        IBlockStore store, IProjectionStore projections, IVerificationStore verification, IOptions<LedgerOptions> options,
        LedgerMetrics metrics, TimeProvider time, ILogger<LedgerPartition> logger, IOwnerTransport? transport = null)
    {
        IndexedKeys = new IndexedKeys();
        (this.metrics, this.time) = (metrics, time);
        (inFlight, facts) = (new RequestsInFlight(time), new AccountFacts(projections, MostFacts));
        layout = new LedgerLayout(options.Value.Partitions);
        memory = MemoryBudget.OfProcess(options.Value);
        var clock = new ClockGuard(store, time, logger);
        partitions = [.. Enumerable.Range(0, layout.Partitions)
            .Select(number => new LedgerPartition(
                number, store, projections, options.Value, memory, clock, metrics, time, logger, transport, IndexedKeys))];
        HistoryTurns = new HistoryTurns(() => Array.Exists(partitions, partition => partition.QueueDepth > 0), time);
        Verification = new LedgerVerifier(partitions, PartitionOf, store, projections, verification, time);
        metrics.Observe(partitions, (long)partitions.Length * options.Value.QueueCapacity, clock);
    }

    public IReadOnlyList<LedgerPartition> Partitions => partitions;

    /// <summary>The keys of metadata by which tenants find things, as far as this replica knows.</summary>
    public IndexedKeys IndexedKeys { get; }

    /// <summary>When history is read, so that others' commands do not wait for it.</summary>
    public HistoryTurns HistoryTurns { get; }

    /// <summary>Whether what is in the logs is what was sealed, adds up, and is what is served.</summary>
    public LedgerVerifier Verification { get; }

    /// <summary>
    /// The log that holds all of a tenant. One log per tenant makes an Idempotency-Key exact across its accounts and assets.
    /// </summary>
    public LedgerPartition PartitionOf(string tenant) => partitions[layout.PartitionOf(tenant)];

    /// <summary>Commits one command, or gives the outcome that its id has had before.</summary>
    /// <returns>
    /// Null when a request with the same id is being processed for longer than <see cref="RequestsInFlight.LongestWait"/>.
    /// </returns>
    public async Task<Committed?> ExecuteAsync(Command command) =>
        await inFlight.ExclusivelyAsync(command.Id, () => SubmitAsync(command.Tenant, [command])) is [var outcome] ? outcome : null;

    /// <summary>
    /// Commits the commands of one request in one block, each with its own outcome. The request has a record of its own, so
    /// that its key is known from then on: a repetition executes nothing and gets the outcomes of the first time.
    /// </summary>
    /// <returns>The outcome of the request itself and then of each command; null when one with the same id is being processed
    /// for longer than <see cref="RequestsInFlight.LongestWait"/>.</returns>
    public Task<Committed[]?> ExecuteAsync(Command request, IEnumerable<Command> commands) =>
        inFlight.ExclusivelyAsync(request.Id, () => SubmitAsync(request.Tenant, [request, .. commands], hasRequestRecord: true));

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
            await partition.SettleAsync(tenant, id);
            account = await partition.LoadAccountAsync(id);
        }
        return account;
    }

    /// <inheritdoc cref="AccountFacts.FindAsync"/>
    public Task<Dictionary<Guid, AccountState>> FindKnownAsync(
        string tenant, IEnumerable<Guid> ids, CancellationToken cancellationToken) =>
        facts.FindAsync(PartitionOf(tenant), tenant, ids, cancellationToken);

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

    /// <summary>A hold of the tenant, expired if it is due; null where there is none.</summary>
    public async Task<FoundHold?> FindHoldAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        if (await FindRecordAsync(tenant, id, cancellationToken) is not { Accepted: true, Command: PlaceHold place, Hold: { } hold } placed
            || place.Id != id)
            return null;
        // Finding the account settles what is due on it, this hold included.
        var account = await FindAccountAsync(tenant, hold.Account, linearizable: false);
        return account is null ? null
            : new FoundHold(await PartitionOf(tenant).LoadHoldAsync(id, cancellationToken) ?? hold, account, placed);
    }

    /// <summary>A page of a list of the tenant, newest first; it has all that was committed before this call.</summary>
    public async Task<ListPage> ListAsync(
        ListQuery query, ListPosition? before, int limit, ListFilter? filter, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(query.Tenant);
        await partition.SynchronizeAsync();
        return await partition.ListAsync(query, before, limit, filter, cancellationToken);
    }

    /// <summary>The same of the holds or grants of one status, or of some accounts; null where not all of them are stored yet.</summary>
    public async Task<StatusPage?> ListByStatusAsync(
        ListQuery query, StatusPosition? before, int limit, ListFilter? filter, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(query.Tenant);
        await partition.SynchronizeAsync();
        return await partition.ListByStatusAsync(query, before, limit, filter, cancellationToken);
    }

    /// <summary>The same of what is on some accounts of the tenant.</summary>
    public Task<AccountListPage> ListAsync(
        ListQuery query, IReadOnlyList<AccountState> accounts, IReadOnlyList<HistoryPosition>? from, int limit, ListFilter? filter,
        CancellationToken cancellationToken) =>
        new AccountListReader(PartitionOf(query.Tenant)).ReadAsync(query, accounts, from, limit, filter, cancellationToken);

    public override void Dispose()
    {
        Verification.Dispose();
        memory.Dispose();
        HistoryTurns.Dispose();
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
        Task.WhenAll(partitions.Select(partition => Task.Run(partition.RunAsync, CancellationToken.None)));
}
