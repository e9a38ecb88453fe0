namespace CreditSystem.Dev.Stripe.Events;

/// <summary>Wakes a loop when there is new work, or when the time of the next has come.</summary>
internal sealed class WorkSignal
{
    private TaskCompletionSource signal = New();

    public void Set() => signal.TrySetResult();

    /// <param name="due">When there is something to do; null where only the signal ends the wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WaitAsync(DateTimeOffset? due, TimeProvider time, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var wait = due - time.GetUtcNow();
        var elapsed = wait is null
            ? Task.Delay(Timeout.InfiniteTimeSpan, ended.Token)
            : Task.Delay(wait.Value > TimeSpan.Zero ? wait.Value : TimeSpan.Zero, time, ended.Token);
        await Task.WhenAny(signal.Task, elapsed);
        await ended.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        // Before the work is looked at: what comes from now on sets the new one.
        if (signal.Task.IsCompleted)
            Interlocked.Exchange(ref signal, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
