using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection.ResumePoints;

namespace CreditSystem.Ledger.Projection;

/// <summary>
/// Writes the projection, off the path of a commit. A resume point, which is cheap, is written whenever much would have to be replayed. A
/// checkpoint, which costs a document for each changed account and one or more for its entries, is written when the log has been quiet for
/// a while, when what waits for it takes much memory, when a minute has passed, or soon after a start from a resume point; the more has
/// changed meanwhile, the less it costs for each change. Both may be under way at once. What is written is a copy that the loop has made,
/// so nothing that happens meanwhile can change it, and what became of it is told to the loop at its next turn.
/// </summary>
internal sealed partial class Checkpointer(
    int partition, IBlockStore store, IProjectionStore projections, ListProjection lists, LedgerOptions options,
    PartitionOwnership ownership, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly CheckpointWriter checkpoints = new(partition, projections);
    private readonly ResumePointWriter points = new(partition, store, projections, lists, options);
    private InFlight<Checkpoint, CheckpointOutcome>? checkpoint;
    private InFlight<ResumePoint, ResumePointOutcome>? point;
    private long lastCheckpoint = time.GetTimestamp();
    private long lastPoint = time.GetTimestamp();

    /// <summary>Between two blocks: finishes what has been written, and begins what is due.</summary>
    public void Step(PartitionState state)
    {
        Finish(state, onlyWritten: true);
        var isCheckpointDue = checkpoint is null && IsCheckpointDue(state);
        if (point is null && (isCheckpointDue || IsPointDue(state)))
            BeginPoint(state, ownership.IsOwner, isCheckpointDue);
        if (isCheckpointDue)
            BeginCheckpoint(state, ownership.IsOwner);
        else if (checkpoint is null && state.IsOverLimit)
            state.Evict();
    }

    /// <summary>Writes all there is and waits for it.</summary>
    public async Task FlushAsync(PartitionState state, CancellationToken cancellationToken)
    {
        await FinishAsync(state, cancellationToken);
        var isBehind = state.IsBehind;
        if (!isBehind && state.IsCovered)
            return;
        BeginPoint(state, writes: true, isBehind);
        if (isBehind)
            BeginCheckpoint(state, writes: true);
        await FinishAsync(state, cancellationToken);
    }

    /// <summary>
    /// Ends what is being written, before everything is worked out again. What it has sent may arrive still: it was true of its block, and
    /// is guarded by it.
    /// </summary>
    public async Task DiscardAsync(PartitionState state)
    {
        checkpoint?.Stop.Cancel();
        point?.Stop.Cancel();
        // Should the rebuild not come about, what it would have written is still to be written.
        await FinishAsync(state, CancellationToken.None);
    }

    private bool IsCheckpointDue(PartitionState state) => state.IsBehind && (ownership.IsOwner
        ? state.IsFilling || time.GetElapsedTime(state.LastChange) >= Interval
            || time.GetElapsedTime(lastCheckpoint) >= (state.IsBehindStart ? Interval : Longest)
        : time.GetElapsedTime(lastCheckpoint) >= Interval);

    // The ids of a block that has a checkpoint are to be written as well, or a start would replay it all the same.
    private bool IsPointDue(PartitionState state) => ownership.IsOwner
        ? state.Tail >= options.CheckpointTailRecords || state.Covered < state.Checkpointed
        : !state.IsCovered && time.GetElapsedTime(lastPoint) >= Interval;

    private TimeSpan Interval => TimeSpan.FromMilliseconds(options.CheckpointIntervalMilliseconds);

    // The owner writes; the others take note of what it has written. Where memory is short, each writes for itself.
    private void BeginPoint(PartitionState state, bool writes, bool isCheckpointed)
    {
        var isPaged = writes && state.UnpagedCount > 0 && !(isCheckpointed && state.ChangedCount <= options.UnpagedAccounts);
        var (given, stop) = (state.BeginResumePoint(isPaged, checkpoint?.Given), new CancellationTokenSource());
        point = new(given, TryAsync(
            token => writes ? points.WriteAsync(given, token) : points.FindAsync(given, token), given.Block,
            lost => new ResumePointOutcome(IsPaged: false, Covered: null, lost), stop.Token), stop);
    }

    private void BeginCheckpoint(PartitionState state, bool writes)
    {
        var (given, stop) = (state.BeginCheckpoint(), new CancellationTokenSource());
        checkpoint = new(given, TryAsync(
            token => writes ? checkpoints.WriteAsync(given, token) : checkpoints.FindAsync(given, token), given.Block,
            lost => new CheckpointOutcome(Block: null, lost), stop.Token), stop);
    }

    private async Task FinishAsync(PartitionState state, CancellationToken cancellationToken)
    {
        if (checkpoint is { } written)
            await written.Outcome.WaitAsync(cancellationToken);
        if (point is { } other)
            await other.Outcome.WaitAsync(cancellationToken);
        Finish(state, onlyWritten: false);
    }

    private void Finish(PartitionState state, bool onlyWritten)
    {
        if (point is { } resumable && (!onlyWritten || resumable.Outcome.IsCompleted))
        {
            resumable.Stop.Dispose();
            state.EndResumePoint(resumable.Given, resumable.Outcome.GetAwaiter().GetResult());
            (point, lastPoint) = (null, time.GetTimestamp());
        }
        if (checkpoint is { } written && (!onlyWritten || written.Outcome.IsCompleted))
        {
            written.Stop.Dispose();
            state.EndCheckpoint(written.Given, written.Outcome.GetAwaiter().GetResult());
            (checkpoint, lastCheckpoint) = (null, time.GetTimestamp());
        }
    }

    private async Task<T> TryAsync<T>(
        Func<CancellationToken, Task<T>> write, long block, Func<string?, T> notWritten, CancellationToken cancellationToken)
    {
        // The loop goes on.
        await Task.Yield();
        try
        {
            return await write(cancellationToken);
        }
        catch (ProjectionLostException lost)
        {
            return notWritten(lost.Message);
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
                Log.NotWritten(logger, exception, partition, block);
            return notWritten(null);
        }
    }

    private sealed record InFlight<TGiven, TOutcome>(TGiven Given, Task<TOutcome> Outcome, CancellationTokenSource Stop);

    private static partial class Log
    {
        [LoggerMessage(3005, LogLevel.Warning, "Partition {Partition}: the checkpoint at block {Block} was not written; it is tried again")]
        public static partial void NotWritten(ILogger logger, Exception exception, int partition, long block);
    }
}
