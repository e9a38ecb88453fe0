using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;

namespace CreditSystem.Ledger.Partitions;

// What only the loop does.
public sealed partial class LedgerPartition
{
    private static readonly TimeSpan LastWriteTime = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        while (await queue.WaitAsync())
        {
            var batch = queue.Take(options.MaxBlockCommands);
            do
                await TryProcessAsync(batch, cancellationToken);
            while (batch.Count > 0);
        }
        await WriteLastAsync();
    }

    // The first request need not wait for the log to be read; where it cannot be read yet, that request tries again.
    private async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RecoverAsync([], recovery.CatchUpAsync, cancellationToken);
            stale = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LedgerPartitionLog.CommitFailed(logger, exception, Number, State.Head);
        }
    }

    private async Task TryProcessAsync(List<Submission> batch, CancellationToken stopping)
    {
        try
        {
            await ProcessAsync(batch, stopping);
        }
        catch (CommandFailedException failed)
        {
            FailOne(batch, failed.Submission, failed);
        }
        catch (BlockTooLargeException exception) when (mostSubmissions > 1 && batch.Count > 1)
        {
            LedgerPartitionLog.CommitFailed(logger, exception, Number, State.Head);
            mostSubmissions = 1;
        }
        catch (BlockTooLargeException exception)
        {
            FailOne(batch, batch[0], new CommandFailedException(batch[0], null, exception));
        }
        catch (LedgerUnavailableException unavailable) when (unavailable.Reason == LedgerUnavailableReason.ClockAhead)
        {
            var writes = batch.FindAll(submission => submission.Weight > 0);
            batch.RemoveAll(submission => submission.Weight > 0);
            Finish(writes, submission => submission.Fail(unavailable));
        }
        catch (Exception exception)
        {
            stale = true;
            FailAll(batch, exception);
        }
    }

    /// <summary>One block, or one step towards it. Submissions that are done leave the batch.</summary>
    private async Task ProcessAsync(List<Submission> batch, CancellationToken stopping)
    {
        checkpointer.Step();
        var asking = batch.Find(submission => submission.Rebuild is not null);
        if ((checkpointer.Lost ?? asking?.Rebuild) is { } reason)
        {
            await RecoverAsync(batch, token => recovery.RebuildAsync(reason, token), stopping);
            asking?.Rebuild = null;
            stale = false;
        }
        // Also when nobody asks: whoever reads what this replica knows would be refused until somebody does.
        else if (stale && (batch.Count > 0 || !gate.IsOpen))
        {
            await RecoverAsync(batch, recovery.CatchUpAsync, stopping);
            stale = false;
        }
        if (batch.Count > 0)
            await CommitAsync(batch, stopping);
    }

    private async Task CommitAsync(List<Submission> batch, CancellationToken stopping)
    {
        CommitResult result;
        using (var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.CommitTimeoutSeconds), time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, deadline.Token))
        {
            try
            {
                result = await committer.TryCommitAsync(batch.Count > mostSubmissions ? batch.GetRange(0, mostSubmissions) : batch, either.Token);
            }
            catch (ProjectionLostException lost)
            {
                await RecoverAsync(batch, token => recovery.RebuildAsync(lost.Message, token), stopping);
                return;
            }
        }
        if (result.Append != Append.Done)
            await RecoverAsync(batch, token => recovery.CatchUpAsync([.. batch.Take(result.Submissions).SelectMany(submission => submission.Read)], token), stopping);
        FailPoints.Hit(FailPoints.BeforeReply);
        mostSubmissions = int.MaxValue;
        var done = batch.GetRange(0, Math.Min(result.Submissions, batch.Count));
        batch.RemoveRange(0, done.Count);
        Finish(done, submission =>
        {
            submission.Snapshot = Array.ConvertAll(submission.Read, State.Account);
            submission.Complete();
        });
    }

    private async Task WriteLastAsync()
    {
        using var deadline = new CancellationTokenSource(LastWriteTime, time);
        try
        {
            await checkpointer.FlushAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // The next start replays what was not written.
        }
    }

    private void Finish(List<Submission> done, Action<Submission> finish)
    {
        foreach (var submission in done)
        {
            queue.Release(submission);
            finish(submission);
        }
    }

    private void FailOne(List<Submission> batch, Submission culprit, CommandFailedException failed)
    {
        var command = failed.Command ?? culprit.Commands.FirstOrDefault();
        LedgerPartitionLog.CommandFailed(logger, failed.InnerException, Number, command?.Tenant, command?.Id, culprit.Parent.TraceId.ToHexString());
        metrics.Rejected("failed");
        Exception failure = failed.InnerException switch
        {
            BlockTooLargeException tooLarge => new LedgerUnavailableException(tooLarge.Message, LedgerUnavailableReason.TooLarge, tooLarge),
            LedgerCorruptException corrupt => Corrupt(corrupt),
            _ => failed,
        };
        batch.Remove(culprit);
        Finish([culprit], submission => submission.Fail(failure));
    }

    private void FailAll(List<Submission> batch, Exception exception)
    {
        LedgerPartitionLog.CommitFailed(logger, exception, Number, State.Head);
        Exception failure = exception switch
        {
            LedgerUnavailableException => exception,
            LedgerCorruptException => Corrupt(exception),
            _ => new LedgerUnavailableException("The outcome is not known yet.", LedgerUnavailableReason.Storage, exception),
        };
        Finish([.. batch], submission => submission.Fail(failure));
        batch.Clear();
    }

    private static LedgerUnavailableException Corrupt(Exception exception) => new("The log is damaged.", LedgerUnavailableReason.Corrupt, exception);

    private static partial class LedgerPartitionLog
    {
        [LoggerMessage(3002, LogLevel.Error, "Partition {Partition}: no commit after block {Head}")]
        public static partial void CommitFailed(ILogger logger, Exception exception, int partition, long head);

        [LoggerMessage(3009, LogLevel.Error, "Partition {Partition}: command {Command} of tenant {Tenant} (trace {Trace}) cannot be decided; the others go on without it")]
        public static partial void CommandFailed(ILogger logger, Exception? exception, int partition, string? tenant, Guid? command, string trace);

        [LoggerMessage(3010, LogLevel.Warning, "Partition {Partition}: reading the log takes longer than a commit may (block {Head}); requests are answered 503 until it is done")]
        public static partial void RecoveryLong(ILogger logger, int partition, long head);
    }
}
