using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// Writes the projection, off the path of a commit: when the log has been quiet for a while, when much of it would have to be
/// replayed, or when a minute has passed. Then forgets cold accounts. What is written is a copy that the loop has made, so
/// nothing that happens meanwhile can change it.
/// </summary>
internal sealed partial class Checkpointer(
    int partition, LedgerOptions options, LedgerState state, PartitionReader reader, CheckpointWriter writer, GuardedProjection guarded, SharedAllowance.Share accounts, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private (Task<long?> Task, CancellationTokenSource Stop)? writing;
    private List<AccountState> inFlight = [];
    private long lastChange = time.GetTimestamp();
    private long lastWrite = time.GetTimestamp();

    // Since the last checkpoint began; decides when the next one is due.
    private long tail;

    // The block of the checkpoint that is being written.
    private long begunAt;

    // The block up to which the ids have been written.
    private long covered;

    public CheckpointBacklog Backlog { get; } = new(time);

    /// <summary>True when a step has something to do; any thread may ask.</summary>
    public bool HasWork => Volatile.Read(ref tail) > 0 || writing is not null || IsOverLimit;

    private bool IsOverLimit => state.AccountCount > accounts.Limit;

    /// <summary>Why the projection is not to be relied on; null while it is.</summary>
    public string? Lost { get; private set; }

    /// <summary>Whether accounts have left memory since <see cref="ResumeFrom"/>.</summary>
    public bool HasEvicted { get; private set; }

    public void ResumeFrom(long block)
    {
        (HasEvicted, Lost) = (false, null);
        guarded.RelyOn(block);
        covered = block;
        tail = 0;
        Backlog.Clear();
    }

    /// <summary>Records that a start would have to replay.</summary>
    public void OnCommitted(int records)
    {
        tail += records;
        lastChange = time.GetTimestamp();
        Backlog.Add(records);
        accounts.Report(state.AccountCount);
    }

    /// <summary>Between two blocks: finishes a checkpoint that has been written, and begins one that is due.</summary>
    public void Step()
    {
        if (writing is { Task.IsCompleted: false })
            return;
        Finish();
        if (IsDue())
            Begin();
        else if (IsOverLimit)
            Evict();
    }

    /// <summary>Writes all there is and waits for it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (writing is { } before)
            await before.Task.WaitAsync(cancellationToken);
        Finish();
        if (tail > 0)
        {
            Begin();
            await writing!.Value.Task.WaitAsync(cancellationToken);
            Finish();
        }
    }

    /// <summary>
    /// Ends a checkpoint that is being written and forgets about it, before everything is worked out again. What it has sent may
    /// arrive still: it was true of its block, and is guarded by it.
    /// </summary>
    public async Task DiscardAsync()
    {
        if (writing is not { } given)
            return;
        given.Stop.Cancel();
        await given.Task;
        given.Stop.Dispose();
        (writing, inFlight) = (null, []);
    }

    /// <summary>While much is replayed at once, or faster than it is written: keeps memory bounded.</summary>
    public Task FlushIfOverLimitAsync(CancellationToken cancellationToken) =>
        state.ChangedCount > accounts.Limit ? FlushAsync(cancellationToken) : Task.CompletedTask;

    private bool IsDue() =>
        tail > 0 && (tail >= options.CheckpointTailRecords
            || IsOverLimit
            || time.GetElapsedTime(lastChange) >= TimeSpan.FromMilliseconds(options.CheckpointIntervalMilliseconds)
            || time.GetElapsedTime(lastWrite) >= Longest);

    private void Begin()
    {
        inFlight = state.TakeChanged();
        var (ids, latest) = reader.Pending.UpTo(state.Head);
        (tail, begunAt) = (0, state.Head);
        Backlog.Take();
        var stop = new CancellationTokenSource();
        writing = (TryWriteAsync(new Checkpoint(inFlight, state.Head, state.At, state.Hash, guarded.Rebuilds, covered, ids, latest), stop.Token), stop);
    }

    private void Finish()
    {
        if (writing is not { } written)
            return;
        written.Stop.Dispose();
        if (written.Task.GetAwaiter().GetResult() is { } block)
        {
            covered = block;
            reader.Pending.DropUpTo(block);
            guarded.RelyOn(begunAt);
            Evict();
            Backlog.Written();
        }
        else
        {
            state.ReturnChanged(inFlight);
            tail++;
        }
        (writing, inFlight, lastWrite) = (null, [], time.GetTimestamp());
    }

    private void Evict()
    {
        HasEvicted = true;
        state.Evict((int)Math.Min(accounts.Limit, int.MaxValue));
        accounts.Report(state.AccountCount);
    }

    /// <returns>The block that the ids are written up to; null when the checkpoint was not written.</returns>
    private async Task<long?> TryWriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        // The loop goes on.
        await Task.Yield();
        try
        {
            return await writer.WriteAsync(checkpoint, cancellationToken);
        }
        catch (ProjectionLostException lost)
        {
            Lost = lost.Message;
            return null;
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
                CheckpointerLog.NotWritten(logger, exception, partition, checkpoint.Block);
            return null;
        }
    }

    private static partial class CheckpointerLog
    {
        [LoggerMessage(3005, LogLevel.Warning, "Partition {Partition}: the checkpoint at block {Block} was not written; it is tried again")]
        public static partial void NotWritten(ILogger logger, Exception exception, int partition, long block);
    }
}
