using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Log;

namespace CreditSystem.Api.Ledger.Commit;

// What only the loop does.
internal sealed partial class LedgerPartition
{
    private static readonly TimeSpan LastWriteTime = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        var batch = new List<Submission>();
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var commands = Take(batch);
            try
            {
                checkpointer.Step();
                if (batch.Count > 0)
                    await ProcessAsync(batch, commands, cancellationToken);
            }
            catch (Exception exception)
            {
                stale = true;
                Fail(batch, exception);
            }
            finally
            {
                Interlocked.Add(ref waiting, -commands);
            }
        }
        await WriteLastAsync();
    }

    // The first request need not wait for the log to be read; where it cannot be read yet, that request tries again.
    private async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await keeper.CatchUpAsync(cancellationToken);
            stale = false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LedgerPartitionLog.CommitFailed(logger, exception, Number, State.Head);
        }
    }

    private int Take(List<Submission> batch)
    {
        batch.Clear();
        var commands = 0;
        while (queue.Reader.TryPeek(out var next) && (commands == 0 || commands + next.Commands.Length <= options.MaxBlockCommands) && queue.Reader.TryRead(out var submission))
        {
            commands += submission.Commands.Length;
            if (submission.IsHousekeeping)
                submission.Complete();
            else
                batch.Add(submission);
        }
        return commands;
    }

    private async Task ProcessAsync(List<Submission> batch, int commands, CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(TimeSpan.FromSeconds(options.CommitTimeoutSeconds));
        if (batch.Find(submission => submission.Rebuild is not null) is { } asking)
            await RebuildAsync(asking.Rebuild!, deadline.Token);
        if (stale)
        {
            await keeper.CatchUpAsync(deadline.Token);
            needs.Reset();
            stale = false;
        }
        while (!await TryCommitAsync(batch, commands, deadline.Token))
            await keeper.CatchUpAsync(deadline.Token);
        FailPoints.Hit(FailPoints.BeforeReply);
        foreach (var submission in batch)
        {
            submission.Snapshot = Array.ConvertAll(submission.Read, State.Account);
            submission.Complete();
        }
    }

    private async Task<bool> TryCommitAsync(List<Submission> batch, int commands, CancellationToken cancellationToken)
    {
        try
        {
            return await committer.TryCommitAsync(batch, commands, cancellationToken);
        }
        catch (ProjectionLostException lost)
        {
            await RebuildAsync(lost.Message, cancellationToken);
            return false;
        }
    }

    private async Task RebuildAsync(string reason, CancellationToken cancellationToken)
    {
        needs.Reset();
        await keeper.RebuildAsync(reason, cancellationToken);
    }

    private async Task WriteLastAsync()
    {
        using var deadline = new CancellationTokenSource(LastWriteTime);
        try
        {
            await checkpointer.FlushAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // The next start replays what was not written.
        }
    }

    private void Fail(List<Submission> batch, Exception exception)
    {
        var failure = exception switch
        {
            NewerRulesException newer => newer,
            LedgerCorruptException => new LedgerUnavailableException("The log is damaged.", LedgerUnavailableReason.Corrupt, exception),
            _ => new LedgerUnavailableException("The outcome is not known yet.", LedgerUnavailableReason.Storage, exception),
        };
        LedgerPartitionLog.CommitFailed(logger, exception, Number, State.Head);
        foreach (var submission in batch)
            submission.Fail(failure);
    }

    private static partial class LedgerPartitionLog
    {
        [LoggerMessage(3002, LogLevel.Error, "Partition {Partition}: no commit after block {Head}")]
        public static partial void CommitFailed(ILogger logger, Exception exception, int partition, long head);
    }
}
