using System.Threading.Channels;
using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.Ledger.Model;
using CreditSystem.Api.Ledger.Projection;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>
/// One log and its only writer in this process. Everything that changes the state runs in one loop, so commands need no
/// locks: the loop takes what has come in while the last block was being written, decides it in memory, and commits it
/// with one insert. Other replicas may write the same log; the number of the block decides who was first.
/// </summary>
internal sealed partial class LedgerPartition
{
    private readonly Channel<Submission> queue = Channel.CreateUnbounded<Submission>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IProjectionStore projections;
    private readonly LedgerOptions options;
    private readonly LedgerMetrics metrics;
    private readonly ILogger logger;
    private readonly Checkpointer checkpointer;
    private readonly StateKeeper keeper;
    private readonly CommandNeeds needs;
    private readonly BlockCommitter committer;
    private int waiting;

    // True until the first catch-up, and after an insert whose outcome is not known.
    private bool stale = true;

    public LedgerPartition(
        int number, IBlockStore store, IProjectionStore projections, LedgerOptions options, LedgerMetrics metrics, TimeProvider time, ILogger<LedgerPartition> logger)
    {
        Number = number;
        this.projections = projections;
        this.options = options;
        this.metrics = metrics;
        this.logger = logger;
        Reader = new PartitionReader(number, store);
        checkpointer = new Checkpointer(number, projections, options, State, Reader, time, logger);
        keeper = new StateKeeper(number, store, projections, State, Reader, checkpointer, options, logger);
        needs = new CommandNeeds(State, Reader, keeper);
        committer = new BlockCommitter(number, store, State, Reader, needs, keeper, checkpointer, metrics, time, logger);
    }

    public int Number { get; }

    public LedgerState State { get; } = new();

    /// <summary>Commands that wait or are being committed.</summary>
    public int QueueDepth => Volatile.Read(ref waiting);

    /// <summary>What a start would have to replay.</summary>
    public CheckpointBacklog Backlog => checkpointer.Backlog;

    public PartitionReader Reader { get; }

    /// <summary>Commits the commands; each gets its own outcome.</summary>
    /// <param name="commands">At most as many as a block may have.</param>
    /// <param name="keyed">The first stands for the key of the request; see <see cref="Submission"/>.</param>
    /// <exception cref="LedgerUnavailableException">Nothing was written, or the outcome is not known.</exception>
    public Task<Committed[]> SubmitAsync(Command[] commands, bool keyed = false)
    {
        // A request that alone is larger than the queue is let in when nobody else waits.
        var depth = Interlocked.Add(ref waiting, commands.Length);
        if (depth > options.QueueCapacity && depth > commands.Length && commands.Length > 0)
        {
            Interlocked.Add(ref waiting, -commands.Length);
            metrics.Rejected("queue_full");
            throw new LedgerUnavailableException("The queue of this tenant's log is full.", LedgerUnavailableReason.QueueFull);
        }
        return Enqueue(new Submission(commands, keyed));
    }

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
        if (State.Account(id) is { } account)
            return account;
        if (!Reader.MayKnow(id))
            return null;
        // Not kept: only the loop may put an account into memory, or it could be an older one than the loop's.
        if (await projections.LoadAsync([id], CancellationToken.None) is [var cold])
            return State.Account(id) ?? cold;
        if (State.Account(id) is null && await Reader.HasOpenedAsync(id, CancellationToken.None))
            await Enqueue(new Submission([]) { Rebuild = $"account {id} has not been written behind the log" });
        // To be worked out in bounded memory, accounts are written on the way and may have left again.
        return State.Account(id) ?? (await projections.LoadAsync([id], CancellationToken.None) is [var restored] ? restored : null);
    }

    public async ValueTask<HoldState?> LoadHoldAsync(Guid id, CancellationToken cancellationToken) =>
        State.Hold(id) ?? await Reader.FindHoldAsync(id, cancellationToken);

    /// <summary>How much of a transfer has been reversed.</summary>
    public async ValueTask<long> LoadReversedAsync(Guid transfer) =>
        State.Reversed(transfer) ?? await Reader.FindReversedAsync(transfer, CancellationToken.None);

    /// <summary>Accounts on which something has expired, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<AccountState>> FindDueAsync(long now, int limit, CancellationToken cancellationToken)
    {
        var due = State.Accounts.Where(account => account.NextExpiry() <= now).Take(limit).ToList();
        if (due.Count < limit)
            due.AddRange((await projections.DueAsync(Number, now, limit - due.Count, cancellationToken)).Where(account => State.Account(account.Id) is null));
        return due;
    }

    /// <summary>Lets the loop write behind the log what is due.</summary>
    public void Housekeep()
    {
        if (checkpointer.HasWork)
            queue.Writer.TryWrite(new Submission([]) { IsHousekeeping = true });
    }

    public void Stop() => queue.Writer.TryComplete();

    private Task<Committed[]> Enqueue(Submission submission)
    {
        if (queue.Writer.TryWrite(submission))
            return submission.Completion;
        Interlocked.Add(ref waiting, -submission.Commands.Length);
        throw new LedgerUnavailableException("The ledger is stopping.", LedgerUnavailableReason.Stopping);
    }
}
