namespace CreditSystem.Ledger.Partitions;

// Recovery takes as long as the log is long; requests do not wait for that.
public sealed partial class LedgerPartition
{
    // How many submissions the next block may have: one, after the storage has refused a block for its size.
    private int mostSubmissions = int.MaxValue;

    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool isRecoveryLong;

    /// <summary>Runs a recovery. Where it takes longer than a commit may, what waits for it is told to come again, and the batch is empty then.</summary>
    private async Task RecoverAsync(List<Submission> batch, Func<CancellationToken, Task> recover, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var waiting = new CancellationTokenSource();
        try
        {
            var running = recover(stop.Token);
            if (await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(options.CommitTimeoutSeconds), time, waiting.Token)) != running)
                await TurnAwayAsync(batch, running, stop);
            await running;
        }
        finally
        {
            isRecoveryLong = false;
            waiting.Cancel();
        }
    }

    private async Task TurnAwayAsync(List<Submission> batch, Task running, CancellationTokenSource stop)
    {
        isRecoveryLong = true;
        LedgerPartitionLog.RecoveryLong(logger, Number, State.Head);
        Finish([.. batch, .. queue.Drain()], submission => submission.Fail(RecoveryGate.Recovering()));
        batch.Clear();
        // A process that is to end does not wait for it.
        if (await Task.WhenAny(running, stopped.Task) != running)
            stop.Cancel();
    }
}
