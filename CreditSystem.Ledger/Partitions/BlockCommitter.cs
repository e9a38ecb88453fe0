using System.Diagnostics;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;

namespace CreditSystem.Ledger.Partitions;

internal enum Append
{
    /// <summary>The block is in the log.</summary>
    Done,

    /// <summary>There was nothing to append, which proves nothing about whether the state is current.</summary>
    Nothing,

    /// <summary>Another replica has taken the number of the block.</summary>
    Fenced,
}

/// <param name="Submissions">How many submissions, from the first, have their outcomes in it.</param>
internal readonly record struct CommitResult(Append Append, int Submissions);

/// <summary>Appends the block that a batch of commands makes.</summary>
internal sealed partial class BlockCommitter(
    int partition, IBlockStore store, LedgerState state, PartitionReader reader, BlockBuilder builder, Checkpointer checkpointer,
    ClockGuard clock, LedgerMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>Commits as much of the batch as fits into a block.</summary>
    /// <exception cref="CommandFailedException">A command cannot be decided; without its submission the others can.</exception>
    /// <exception cref="BlockTooLargeException">The storage does not take the block, now or later.</exception>
    public async Task<CommitResult> TryCommitAsync(List<Submission> batch, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        // A batch of reads writes nothing, so its time does not count.
        var now = batch.Exists(submission => submission.Weight > 0) ? await clock.ReadAsync(cancellationToken) : state.At;
        BlockDraft draft;
        using (LedgerTracing.Evaluate(batch))
            draft = await builder.BuildAsync(batch, now, cancellationToken);
        var view = draft.View;
        if (view.Records.Count == 0)
            return new CommitResult(Append.Nothing, draft.Submissions);
        await RefuseReopeningAsync(view, cancellationToken);
        using var activity = LedgerTracing.Commit(batch, partition, view);
        var block = Block.Seal(partition, view.BlockNumber, view.At, view.Rules, state.Hash, draft.Content.ToArray());
        if (!await AppendAsync(block, cancellationToken))
        {
            metrics.Fenced();
            return new CommitResult(Append.Fenced, 0);
        }
        state.Advance(view, block.At, block.Hash);
        reader.Add(block.Number, [.. view.Records], block.Content.Length);
        checkpointer.OnCommitted(view.Records.Count);
        metrics.Committed(view.Records, batch.Take(draft.Submissions).Sum(submission => submission.Commands.Length), Stopwatch.GetElapsedTime(started), block.Content.Length);
        return new CommitResult(Append.Done, draft.Submissions);
    }

    // An account that is opened a second time would start again at zero. It cannot happen while everything that commands
    // touch is loaded; if it were to, no block may say so.
    private async Task RefuseReopeningAsync(LedgerView view, CancellationToken cancellationToken)
    {
        foreach (var record in view.Records)
            foreach (var opened in record.Opened)
                if (reader.MayKnow(opened.Id) && await reader.HasOpenedAsync(opened.Id, cancellationToken))
                    throw new ProjectionLostException($"account {opened.Id} is in the log but was not loaded");
    }

    /// <summary>
    /// Inserts until it is known who has the number. After an attempt whose outcome is not known the log is asked first;
    /// trying the same block again is safe all the same, because its number can be taken only once.
    /// </summary>
    private async Task<bool> AppendAsync(Block block, CancellationToken cancellationToken)
    {
        FailPoints.Hit(FailPoints.BeforeAppend);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (attempt > 1 && await IsOursAsync(block, cancellationToken) is { } decided)
                    return decided;
                var appended = await store.TryAppendAsync(block, cancellationToken);
                FailPoints.Hit(FailPoints.AfterAppend);
                return appended || await IsOursAsync(block, cancellationToken) is true;
            }
            catch (Exception exception) when (exception is not (LedgerCorruptException or BlockTooLargeException) && !cancellationToken.IsCancellationRequested)
            {
                BlockCommitterLog.AppendUncertain(logger, exception, partition, block.Number, attempt);
                metrics.Uncertain();
            }
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(20 * attempt, 500)), time, cancellationToken);
        }
    }

    /// <summary>Whether the block with the number is this one; null where there is none.</summary>
    private async Task<bool?> IsOursAsync(Block block, CancellationToken cancellationToken) =>
        (await store.ReadAsync(partition, block.Number, cancellationToken))?.Hash.AsSpan().SequenceEqual(block.Hash);

    private static partial class BlockCommitterLog
    {
        [LoggerMessage(3001, LogLevel.Warning, "Partition {Partition}: the outcome of appending block {Block} is not known (attempt {Attempt})")]
        public static partial void AppendUncertain(ILogger logger, Exception exception, int partition, long block, int attempt);
    }
}
