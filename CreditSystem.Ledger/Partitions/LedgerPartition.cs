using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// One log and its only writer in this process: start it with <see cref="RunAsync"/>, send it commands and reads, end it with
/// <see cref="Stop"/>. Its state belongs to its loop, which takes messages one block at a time, so commands need no locks; all
/// other threads see what the loop has published. In a cluster one replica owns the partition and commits, the others send their
/// commands there; where two believe that they do, the number of the block decides who was first.
/// </summary>
public sealed class LedgerPartition
{
    private readonly SubmissionQueue queue;
    private readonly IProjectionStore projections;
    private readonly LedgerOptions options;
    private readonly LedgerMetrics metrics;
    private readonly TimeProvider time;
    private readonly PartitionBoard board = new();
    private readonly PartitionOwnership ownership;
    private readonly PartitionLoop loop;
    private readonly CommandForwarder? forwarder;

    internal LedgerPartition(
        int number, IBlockStore store, IProjectionStore projections, LedgerOptions options, MemoryBudget memory, ClockGuard clock,
        LedgerMetrics metrics, TimeProvider time, ILogger<LedgerPartition> logger, IOwnerTransport? transport = null,
        IndexedKeys? keys = null)
    {
        Number = number;
        (this.projections, this.options, this.metrics, this.time) = (projections, options, metrics, time);
        StoredEntries = new StoredEntries(projections, memory.Entries);
        Lists = new PartitionLists(number, projections);
        var quantum = Math.Max(1, options.MaxBlockCommands / SubmissionQueue.TurnsPerBlock);
        queue = new SubmissionQueue(options.QueueCapacity, memory.Commands.CreateShare(), quantum);
        ownership = new PartitionOwnership(queue, isShared: transport is not null, time);
        if (transport is not null)
        {
            forwarder = new CommandForwarder(number, transport, memory.Commands.CreateShare(), options, metrics, time, logger);
            _ = ownership.ReleaseAsync();
        }
        var engine = new PartitionEngine(
            number, store, projections, Lists, keys ?? new IndexedKeys(), options, memory, clock, metrics, board, ownership, time, logger);
        loop = new PartitionLoop(number, queue, board, engine, ownership, options, metrics, time, logger);
    }

    public int Number { get; }

    internal StoredEntries StoredEntries { get; }

    internal PartitionLists Lists { get; }

    /// <summary>Blocks of which lists are not stored although they are not in memory: the log is read for them.</summary>
    public long UnlistedBlocks =>
        board.Reads is { } reads
            ? Lists.Coverage.Current.Missing(reads.Lists.After, Guid.Empty).Sum(missing => missing.Last - missing.After)
            : 0;

    /// <summary>Whether this replica commits what is sent to the partition, and does what one replica has to do for it.</summary>
    public bool IsOwned => ownership.IsOwner;

    /// <summary>Since when it does, and how often that has changed.</summary>
    public PartitionTenure Tenure => ownership.Tenure;

    /// <summary>Called when another replica has turned out to own the partition, which this one has given up then.</summary>
    public Action? OnOwnershipLost
    {
        set => ownership.OnLost = value;
    }

    /// <summary>Commands that wait or are being committed.</summary>
    public int QueueDepth => queue.Depth;

    /// <summary>Commands that wait for the owner, where that is another replica.</summary>
    public int ForwardedDepth => forwarder?.QueueDepth ?? 0;

    public PartitionStatus Status => board.Status;

    /// <summary>Whether reads are answered: not while the log is being read.</summary>
    public bool IsRecovered => board.Reads is not null;

    /// <summary>How long the oldest record that is not in the projection has waited.</summary>
    public TimeSpan CheckpointAge => Status.UnprojectedSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Ids that no other request can have.</summary>
    public long KnownIds => board.Reads?.KnownIds ?? 0;

    /// <summary>What ids take of memory.</summary>
    public long IdBytes => board.Reads?.IdBytes ?? 0;

    /// <summary>The accounts that are in memory, as of their last change; none while the log is being read.</summary>
    public IEnumerable<AccountState> AccountsInMemory => board.Reads?.Accounts ?? [];

    /// <summary>The account as of its last change; null where it is not in memory.</summary>
    public AccountState? AccountInMemory(Guid id) => board.Reads?.Account(id);

    /// <summary>What may be read without the loop; goes on being readable when the state is replaced.</summary>
    /// <exception cref="LedgerUnavailableException">The log is being read.</exception>
    internal PartitionReads Reads => board.Reads ?? throw LedgerUnavailableException.Recovering();

    /// <summary>Runs the loop until <see cref="Stop"/>.</summary>
    public async Task RunAsync()
    {
        // So that the projection is written, and a recovery that has failed goes on, although nothing comes in.
        var interval = TimeSpan.FromMilliseconds(options.CheckpointIntervalMilliseconds / 2.0);
        await using var housekeeping = time.CreateTimer(_ => queue.Wake(), null, interval, interval);
        await Task.WhenAll(loop.RunAsync(), forwarder?.RunAsync() ?? Task.CompletedTask);
    }

    /// <summary>Takes nothing more; what is queued is committed and answered, and then <see cref="RunAsync"/> ends.</summary>
    public void Stop()
    {
        forwarder?.Stop();
        loop.Stop();
    }

    /// <summary>From now on this replica commits: first it reads what the owner before it has written.</summary>
    public void TakeOwnership()
    {
        ownership.Take();
        queue.Wake();
    }

    /// <summary>Commits no more; completes when all that it had taken is answered.</summary>
    public Task ReleaseOwnershipAsync() => ownership.ReleaseAsync();

    /// <summary>
    /// The other replicas have declared this one dead and answer it no more: who waits for one of them is told at once that the outcome
    /// is not known, and asks a replica that lives.
    /// </summary>
    public void StopForwarding() => forwarder?.Abandon();

    /// <summary>Commits what another replica has sent by <see cref="IOwnerTransport"/>, and gives what to answer.</summary>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> message)
    {
        var (submissions, answered) = SubmissionMessage.Read(message.Span, time);
        foreach (var submission in submissions)
            try
            {
                _ = Enqueue(submission);
            }
            catch (LedgerUnavailableException refused)
            {
                submission.Fail(refused);
            }
        await answered.ConfigureAwait(false);
        return OutcomeMessage.Write(submissions);
    }

    /// <summary>Commits the commands; each gets its own outcome.</summary>
    /// <param name="commands">All of one tenant.</param>
    /// <param name="hasRequestRecord">The first stands for the key of the request; see <see cref="Submission"/>.</param>
    /// <exception cref="LedgerUnavailableException">Nothing was written, or the outcome is not known.</exception>
    public async Task<Committed[]> SubmitAsync(Command[] commands, bool hasRequestRecord = false)
    {
        if (forwarder is null)
            return (await Enqueue(new Submission(commands, hasRequestRecord))).Outcomes;
        if (IsOwned)
            try
            {
                return (await Enqueue(new Submission(commands, hasRequestRecord))).Outcomes;
            }
            catch (LedgerUnavailableException refused) when (refused.Reason == LedgerUnavailableReason.NotOwner)
            {
                // Nothing was written: the next owner decides.
            }
        return await forwarder.SubmitAsync(commands, hasRequestRecord);
    }

    /// <summary>Has what is due on an account posted, and knows of it then.</summary>
    public async Task SettleAsync(string tenant, Guid account)
    {
        await SubmitAsync([new SettleAccount(Guid.NewGuid(), tenant, account)]);
        if (!IsOwned)
            await SynchronizeAsync();
    }

    /// <summary>Completes when the state holds all that was committed, by any replica, before this call.</summary>
    public Task SynchronizeAsync() => Enqueue(new Submission([]));

    /// <summary>Several accounts as of one block, which has all that was committed before this call.</summary>
    public async Task<AccountState?[]> SnapshotAsync(Guid[] accounts) => (await Enqueue(new Submission([]) { Read = accounts })).Accounts;

    /// <summary>The account as this replica knows it; one that is not in memory is read.</summary>
    public ValueTask<AccountState?> LoadAccountAsync(Guid id) => ReadAsync(reads => reads.LoadAccountAsync(id));

    /// <summary>The record that has the id as its command, as one of its postings, or as a reference.</summary>
    public ValueTask<LedgerRecord?> FindRecordAsync(Guid id, CancellationToken cancellationToken) =>
        ReadAsync(reads => reads.FindRecordAsync(id, cancellationToken));

    public ValueTask<HoldState?> LoadHoldAsync(Guid id, CancellationToken cancellationToken) =>
        ReadAsync(reads => reads.LoadHoldAsync(id, cancellationToken));

    /// <summary>Those of some holds that there are, by their ids.</summary>
    public ValueTask<IReadOnlyDictionary<Guid, HoldState>> LoadHoldsAsync(
        IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        ReadAsync(reads => reads.LoadHoldsAsync(ids, cancellationToken));

    /// <summary>Those of some accounts that there are, as this replica knows them.</summary>
    public ValueTask<IReadOnlyDictionary<Guid, AccountState>> LoadAccountsAsync(
        IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        ReadAsync(reads => reads.LoadAccountsAsync(ids, cancellationToken));

    /// <summary>A page of a list, newest first.</summary>
    public ValueTask<ListPage> ListAsync(
        ListQuery query, ListPosition? before, int limit, ListFilter? filter, CancellationToken cancellationToken) =>
        ReadAsync(async reads =>
            await new ListReader(reads, Lists.Coverage, projections).ReadAsync(query, before, limit, filter, cancellationToken));

    /// <summary>
    /// A page of the holds or grants of one status, or of some accounts, newest first; null where not all of them are stored yet.
    /// </summary>
    public ValueTask<StatusPage?> ListByStatusAsync(
        ListQuery query, StatusPosition? before, int limit, ListFilter? filter, CancellationToken cancellationToken) =>
        ReadAsync(async reads =>
            await new StatusReader(reads, Lists.Coverage, projections).ReadAsync(query, before, limit, filter, cancellationToken));

    /// <summary>How some grants or holds that are over on their accounts have ended, as far as that is known.</summary>
    public ValueTask<Dictionary<Guid, ListStatus>> FindEndedAsync(
        string tenant, LedgerList list, IReadOnlyDictionary<StatusPosition, Guid> items, CancellationToken cancellationToken) =>
        ReadAsync(async reads =>
        {
            var recent = items.Select(item => Array.FindLast(
                reads.Lists.StatusesOf(tenant, list, item.Key), change => change.Status != ListStatus.Open && change.Account == item.Value))
                .Where(change => change.Tenant is not null).ToList();
            var found = await new StatusProjection(projections).EndedAsync(tenant, list, items.Keys, cancellationToken);
            foreach (var change in recent)
                found[change.Position.Id] = change.Status;
            return found;
        });

    /// <summary>How much of a transfer has been reversed, in minor units.</summary>
    public ValueTask<ReversedAmount> LoadReversedAsync(Guid transfer) =>
        ReadAsync(reads => reads.LoadReversedAsync(transfer, CancellationToken.None));

    /// <summary>False: the log certainly has nothing with this id.</summary>
    /// <exception cref="LedgerUnavailableException">The log is being read.</exception>
    public bool MayKnow(Guid id) => Reads.MayKnow(id);

    /// <summary>Accounts on which something has expired, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<AccountState>> FindDueAsync(long now, int limit, CancellationToken cancellationToken)
    {
        var due = AccountsInMemory.Where(account => account.NextExpiry() <= now).Take(limit).ToList();
        if (due.Count < limit)
            due.AddRange((await projections.DueAsync(Number, now, limit - due.Count, cancellationToken))
                .Where(account => AccountInMemory(account.Id) is null));
        return due;
    }

    /// <summary>Reads; where the projection turns out to be lost, it is worked out again first.</summary>
    private async ValueTask<T> ReadAsync<T>(Func<PartitionReads, ValueTask<T>> read)
    {
        try
        {
            return await board.ReadAsync(read);
        }
        catch (ProjectionLostException lost)
        {
            await Enqueue(new Submission([]) { Rebuild = lost.Message });
        }
        try
        {
            return await board.ReadAsync(read);
        }
        catch (ProjectionLostException)
        {
            // To be worked out in bounded memory, accounts are written on the way and may have left again.
            throw LedgerUnavailableException.Recovering();
        }
    }

    private Task<SubmissionResult> Enqueue(Submission submission)
    {
        if (board.IsRecoveryLong)
            throw LedgerUnavailableException.Recovering();
        queue.Add(submission, metrics);
        return submission.Completion;
    }
}
