using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// Takes what has come in while the last block was being written, has it committed with one insert, and answers it. Messages come
/// in by the queue, and nobody else gets at the state.
/// </summary>
internal sealed partial class PartitionLoop(
    int partition, SubmissionQueue queue, PartitionBoard board, PartitionEngine engine, PartitionOwnership ownership,
    LedgerOptions options, LedgerMetrics metrics,
    TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LastWriteTime = TimeSpan.FromSeconds(5);

    private readonly SubmissionReplies replies = new(partition, queue, metrics, logger);
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // True until the first catch-up, and after an insert whose outcome is not known.
    private bool stale = true;

    // How many submissions the next block may have: one, after the storage has refused a block for its size.
    private int mostSubmissions = int.MaxValue;

    /// <summary>Runs until <see cref="Stop"/>; what is queued then is committed and answered, and the projection is written.</summary>
    public async Task RunAsync()
    {
        // The first request need not wait for the log to be read; where it cannot be read yet, that request tries again.
        await TryProcessAsync([]);
        while (await queue.WaitAsync())
        {
            var batch = queue.Take(options.MaxBlockCommands);
            replies.Fail(batch, submission => submission.TimeLeft(time) <= TimeSpan.Zero, LedgerUnavailableException.Unknown(inner: null));
            do
                await TryProcessAsync(batch);
            while (batch.Count > 0);
        }
        await WriteLastAsync();
    }

    /// <summary>Any thread may call it, more than once.</summary>
    public void Stop()
    {
        queue.Complete();
        stopped.TrySetResult();
    }

    private async Task TryProcessAsync(List<Submission> batch)
    {
        try
        {
            await ProcessAsync(batch);
        }
        catch (CommandFailedException failed)
        {
            replies.Fail(batch, failed);
        }
        catch (BlockTooLargeException exception) when (mostSubmissions > 1 && batch.Count > 1)
        {
            PartitionLoopLog.CommitFailed(logger, exception, partition, engine.Head);
            mostSubmissions = 1;
        }
        catch (BlockTooLargeException exception)
        {
            replies.Fail(batch, new CommandFailedException(batch[0], null, exception));
        }
        catch (LedgerUnavailableException unavailable) when (unavailable.Reason == LedgerUnavailableReason.ClockAhead)
        {
            replies.Fail(batch, submission => submission.Weight > 0, unavailable);
        }
        catch (Exception exception)
        {
            stale = true;
            PartitionLoopLog.CommitFailed(logger, exception, partition, engine.Head);
            replies.Fail(batch, _ => true, exception);
        }
    }

    /// <summary>One block, or one step towards it. Submissions that are done leave the batch.</summary>
    private async Task ProcessAsync(List<Submission> batch)
    {
        engine.Checkpoint();
        var isNewOwner = ownership.TakeNews();
        stale |= isNewOwner;
        var asking = batch.Find(submission => submission.Rebuild is not null);
        if ((engine.Lost ?? asking?.Rebuild) is { } reason)
        {
            await RecoverAsync(batch, token => engine.RebuildAsync(reason, token));
            asking?.Rebuild = null;
            stale = false;
        }
        // Also when nobody asks: reads of what this replica knows would be refused until somebody does.
        else if (stale && (batch.Count > 0 || board.Reads is null || isNewOwner))
        {
            await RecoverAsync(batch, token => engine.CatchUpAsync([], token));
            stale = false;
        }
        if (batch.Count > 0)
            await CommitAsync(batch);
    }

    private async Task CommitAsync(List<Submission> batch)
    {
        CommitResult result;
        using (var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.CommitTimeoutSeconds), time))
        {
            try
            {
                result = await engine.TryCommitAsync(
                    batch.Count > mostSubmissions ? batch.GetRange(0, mostSubmissions) : batch, deadline.Token);
            }
            catch (ProjectionLostException lost)
            {
                await RecoverAsync(batch, token => engine.RebuildAsync(lost.Message, token));
                return;
            }
        }
        if (result.Append == Append.Fenced && !ownership.MayTryAgain())
        {
            PartitionLoopLog.OwnershipLost(logger, partition, engine.Head);
            batch.AddRange(queue.Drain());
            replies.Fail(
                batch, submission => submission.Weight > 0, LedgerUnavailableException.Refused(LedgerUnavailableReason.NotOwner));
            stale = true;
            return;
        }
        if (result.Append == Append.Done)
            ownership.OnCommitted();
        else
        {
            var decidedAt = engine.Head;
            Guid[] reads = [.. batch.Take(result.Submissions).SelectMany(submission => submission.Read)];
            await RecoverAsync(batch, token => engine.CatchUpAsync(reads, token));
            // A refusal that leaves no trace is in no block whose number would prove that it was decided on the latest state.
            if (engine.Head != decidedAt && batch.Take(result.Submissions).Any(submission => submission.HasUnkeptOutcome))
                return;
        }
        FailPoints.Hit(FailPoints.BeforeReply);
        mostSubmissions = int.MaxValue;
        replies.Complete(batch, result.Submissions, engine);
    }

    /// <summary>
    /// A recovery takes as long as the log is long. Where that is longer than a commit may take, what waits for it is told to come
    /// again, and the batch is empty then.
    /// </summary>
    private async Task RecoverAsync(List<Submission> batch, Func<CancellationToken, Task> recover)
    {
        using var stop = new CancellationTokenSource();
        using var waiting = new CancellationTokenSource();
        try
        {
            var running = recover(stop.Token);
            if (await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(options.CommitTimeoutSeconds), time, waiting.Token)) != running)
            {
                board.IsRecoveryLong = true;
                PartitionLoopLog.RecoveryLong(logger, partition, engine.Head);
                batch.AddRange(queue.Drain());
                replies.Fail(batch, _ => true, LedgerUnavailableException.Recovering());
                // A process that is to end does not wait for it.
                if (await Task.WhenAny(running, stopped.Task) != running)
                    stop.Cancel();
            }
            await running;
        }
        finally
        {
            board.IsRecoveryLong = false;
            waiting.Cancel();
        }
    }

    private async Task WriteLastAsync()
    {
        using var deadline = new CancellationTokenSource(LastWriteTime, time);
        try
        {
            await engine.FlushAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // The next start replays what was not written.
        }
    }

    private static partial class PartitionLoopLog
    {
        [LoggerMessage(3021, LogLevel.Warning, "Partition {Partition}: another replica has written after block {Head}, so it is the owner")]
        public static partial void OwnershipLost(ILogger logger, int partition, long head);

        [LoggerMessage(3002, LogLevel.Error, "Partition {Partition}: no commit after block {Head}")]
        public static partial void CommitFailed(ILogger logger, Exception exception, int partition, long head);

        [LoggerMessage(3010, LogLevel.Warning, "Partition {Partition}: reading the log takes longer than a commit may (block {Head}); "
            + "requests are answered 503 until it is done")]
        public static partial void RecoveryLong(ILogger logger, int partition, long head);
    }
}
