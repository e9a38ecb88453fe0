using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// One log and its only writer in this process. Everything that changes the state runs in one loop, so commands need no
/// locks: the loop takes what has come in while the last block was being written, decides it in memory, and commits it
/// with one insert. Other replicas may write the same log; the number of the block decides who was first.
/// </summary>
public sealed partial class LedgerPartition
{
    private const int TurnsPerBlock = 8;

    private readonly SubmissionQueue queue;
    private readonly IProjectionStore projections;
    private readonly GuardedProjection guarded;
    private readonly LedgerOptions options;
    private readonly LedgerMetrics metrics;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Checkpointer checkpointer;
    private readonly PartitionRecovery recovery;
    private readonly CommandPrefetcher prefetcher;
    private readonly BlockCommitter committer;
    private readonly RecoveryGate gate = new();

    // True until the first catch-up, and after an insert whose outcome is not known.
    private bool stale = true;

    public LedgerPartition(
        int number, IBlockStore store, IProjectionStore projections, LedgerOptions options, MemoryBudget memory, ClockGuard clock, LedgerMetrics metrics, TimeProvider time, ILogger<LedgerPartition> logger)
    {
        Number = number;
        this.projections = projections;
        this.options = options;
        this.metrics = metrics;
        this.time = time;
        this.logger = logger;
        queue = new SubmissionQueue(options.QueueCapacity, memory.Commands.CreateShare(), Math.Max(1, options.MaxBlockCommands / TurnsPerBlock));
        guarded = new GuardedProjection(number, projections);
        Reader = new PartitionReader(number, store, memory.RecordBytes.CreateShare());
        checkpointer = new Checkpointer(number, options, State, Reader, new CheckpointWriter(number, projections, Reader, options.CheckpointSegmentIds), guarded, memory.Accounts.CreateShare(), time, logger);
        recovery = new PartitionRecovery(number, store, projections, guarded, options, State, Reader, checkpointer, gate, time, logger);
        prefetcher = new CommandPrefetcher(State, Reader, recovery);
        committer = new BlockCommitter(number, store, State, Reader, new BlockBuilder(options, State, recovery, prefetcher), checkpointer, clock, metrics, time, logger);
    }

    public int Number { get; }

    public LedgerState State { get; } = new();

    /// <summary>Commands that wait or are being committed.</summary>
    public int QueueDepth => queue.Depth;

    /// <summary>What a start would have to replay.</summary>
    public CheckpointBacklog Backlog => checkpointer.Backlog;

    public PartitionReader Reader { get; }

    /// <summary>Whether reads are answered, for people.</summary>
    public string Recovery => gate.IsOpen ? "whole" : checkpointer.Lost ?? "being read";

    /// <summary>Commits the commands; each gets its own outcome.</summary>
    /// <param name="commands">All of one tenant.</param>
    /// <param name="hasRequestRecord">The first stands for the key of the request; see <see cref="Submission"/>.</param>
    /// <exception cref="LedgerUnavailableException">Nothing was written, or the outcome is not known.</exception>
    public Task<Committed[]> SubmitAsync(Command[] commands, bool hasRequestRecord = false) => Enqueue(new Submission(commands, hasRequestRecord));

    /// <summary>Completes when the state holds all that was committed, by any replica, before this call.</summary>
    public Task SynchronizeAsync() => SubmitAsync([]);

    /// <summary>Several accounts as of one block, which has all that was committed before this call.</summary>
    public async Task<AccountState?[]> SnapshotAsync(Guid[] accounts)
    {
        var submission = new Submission([]) { Read = accounts };
        await Enqueue(submission);
        return submission.Snapshot;
    }

    /// <summary>The account as this replica knows it; one that is not in memory is read.</summary>
    public async ValueTask<AccountState?> LoadAccountAsync(Guid id)
    {
        var (account, isLost) = await gate.ReadAsync(() => TryLoadAccountAsync(id));
        if (!isLost)
            return account;
        await Enqueue(new Submission([]) { Rebuild = $"account {id} is not in the projection" });
        // To be worked out in bounded memory, accounts are written on the way and may have left again.
        (account, isLost) = await gate.ReadAsync(() => TryLoadAccountAsync(id));
        return isLost ? throw RecoveryGate.Recovering() : account;
    }

    /// <summary>The record that has the id as its command, as one of its postings, or as a reference.</summary>
    public ValueTask<LedgerRecord?> FindRecordAsync(Guid id, CancellationToken cancellationToken) =>
        gate.ReadAsync(() => Reader.FindAsync(id, cancellationToken));

    public ValueTask<HoldState?> LoadHoldAsync(Guid id, CancellationToken cancellationToken) =>
        gate.ReadAsync(async () => State.Hold(id) ?? await Reader.FindHoldAsync(id, cancellationToken));

    /// <summary>How much of a transfer has been reversed.</summary>
    public ValueTask<long> LoadReversedAsync(Guid transfer) =>
        gate.ReadAsync(async () => State.Reversed(transfer) ?? await Reader.FindReversedAsync(transfer, CancellationToken.None));

    /// <summary>Accounts on which something has expired, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<AccountState>> FindDueAsync(long now, int limit, CancellationToken cancellationToken)
    {
        var due = State.Accounts.Where(account => account.NextExpiry() <= now).Take(limit).ToList();
        if (due.Count < limit)
            due.AddRange((await projections.DueAsync(Number, now, limit - due.Count, cancellationToken)).Where(account => State.Account(account.Id) is null));
        return due;
    }

    /// <summary>Lets the loop write what is due of the projection, and go on with a recovery that has failed.</summary>
    public void Housekeep()
    {
        if (checkpointer.HasWork || !gate.IsOpen)
            queue.Wake();
    }

    public void Stop()
    {
        queue.Complete();
        stopped.TrySetResult();
    }

    private async ValueTask<(AccountState? Account, bool IsLost)> TryLoadAccountAsync(Guid id)
    {
        if (State.Account(id) is { } account)
            return (account, false);
        if (!Reader.MayKnow(id))
            return (null, false);
        try
        {
            // Not kept: only the loop may put an account into memory, or it could be an older one than the loop's.
            if (await guarded.LoadAsync([id], CancellationToken.None) is [var cold])
                return (State.Account(id) ?? cold, false);
        }
        catch (ProjectionLostException)
        {
            return (State.Account(id), State.Account(id) is null);
        }
        account = State.Account(id);
        return (account, account is null && await Reader.HasOpenedAsync(id, CancellationToken.None));
    }

    private Task<Committed[]> Enqueue(Submission submission)
    {
        if (isRecoveryLong)
            throw RecoveryGate.Recovering();
        switch (queue.TryAdd(submission))
        {
            case LedgerUnavailableReason.QueueFull:
                metrics.Rejected("queue_full");
                throw new LedgerUnavailableException("The queue of this tenant's log is full.", LedgerUnavailableReason.QueueFull);
            case LedgerUnavailableReason.Stopping:
                throw new LedgerUnavailableException("The ledger is stopping.", LedgerUnavailableReason.Stopping);
            default:
                return submission.Completion;
        }
    }
}
