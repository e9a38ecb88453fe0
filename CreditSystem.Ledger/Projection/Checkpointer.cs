using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Projection;

/// <summary>
/// Writes the projection, off the path of a commit: when the log has been quiet for a while, when much of it would have to be
/// replayed, or when a minute has passed. Then cold accounts are forgotten. What is written is a copy that the loop has made, so
/// nothing that happens meanwhile can change it, and what became of it is told to the loop at its next turn.
/// </summary>
internal sealed partial class Checkpointer(
    int partition, IBlockStore store, IProjectionStore projections, ListProjection lists, LedgerOptions options,
    PartitionOwnership ownership, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly CheckpointWriter writer = new(partition, store, projections, lists, options.CheckpointSegmentIds);
    private InFlight? inFlight;
    private long lastWrite = time.GetTimestamp();

    /// <summary>Between two blocks: finishes a checkpoint that has been written, and begins one that is due.</summary>
    public void Step(PartitionState state)
    {
        if (inFlight is { Written.IsCompleted: false })
            return;
        Finish(state);
        if (IsDue(state))
            Begin(state, ownership.IsOwner);
        else if (state.IsOverLimit)
            state.Evict();
    }

    /// <summary>Writes all there is and waits for it.</summary>
    public async Task FlushAsync(PartitionState state, CancellationToken cancellationToken)
    {
        await FinishAsync(state, cancellationToken);
        if (state.Tail == 0)
            return;
        Begin(state, writes: true);
        await FinishAsync(state, cancellationToken);
    }

    /// <summary>
    /// Ends a checkpoint that is being written, before everything is worked out again. What it has sent may arrive still: it was
    /// true of its block, and is guarded by it.
    /// </summary>
    public async Task DiscardAsync(PartitionState state)
    {
        if (inFlight is not { } given)
            return;
        given.Stop.Cancel();
        await given.Written;
        // Should the rebuild not come about, what it would have written is still to be written.
        Finish(state);
    }

    private bool IsDue(PartitionState state) =>
        state.Tail > 0 && (ownership.IsOwner
            ? state.Tail >= options.CheckpointTailRecords || state.IsOverLimit || time.GetElapsedTime(state.LastChange) >= Interval
                || time.GetElapsedTime(lastWrite) >= Longest
            : time.GetElapsedTime(lastWrite) >= Interval);

    private TimeSpan Interval => TimeSpan.FromMilliseconds(options.CheckpointIntervalMilliseconds);

    // The owner writes; the others take note of what it has written. Where memory is short, each writes for itself.
    private void Begin(PartitionState state, bool writes)
    {
        var (checkpoint, stop) = (state.BeginCheckpoint(), new CancellationTokenSource());
        inFlight = new InFlight(checkpoint, TryWriteAsync(checkpoint, writes, stop.Token), stop);
    }

    private async Task FinishAsync(PartitionState state, CancellationToken cancellationToken)
    {
        if (inFlight is { } given)
            await given.Written.WaitAsync(cancellationToken);
        Finish(state);
    }

    private void Finish(PartitionState state)
    {
        if (inFlight is not { } given)
            return;
        given.Stop.Dispose();
        state.EndCheckpoint(given.Checkpoint, given.Written.GetAwaiter().GetResult());
        (inFlight, lastWrite) = (null, time.GetTimestamp());
    }

    private async Task<CheckpointOutcome> TryWriteAsync(Checkpoint checkpoint, bool writes, CancellationToken cancellationToken)
    {
        // The loop goes on.
        await Task.Yield();
        try
        {
            return writes ? await writer.WriteAsync(checkpoint, cancellationToken) : await writer.FindAsync(checkpoint, cancellationToken);
        }
        catch (ProjectionLostException lost)
        {
            return new CheckpointOutcome(Block: null, Covered: 0, lost.Message);
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
                Log.NotWritten(logger, exception, partition, checkpoint.Block);
            return new CheckpointOutcome(Block: null, Covered: 0, Lost: null);
        }
    }

    private sealed record InFlight(Checkpoint Checkpoint, Task<CheckpointOutcome> Written, CancellationTokenSource Stop);

    private static partial class Log
    {
        [LoggerMessage(3005, LogLevel.Warning, "Partition {Partition}: the checkpoint at block {Block} was not written; it is tried again")]
        public static partial void NotWritten(ILogger logger, Exception exception, int partition, long block);
    }
}
