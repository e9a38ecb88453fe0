namespace CreditSystem.Ledger.Limits;

/// <summary>
/// When history is read: as it is asked for while no command waits, and otherwise one read after the other with a pause three times as
/// long as it took, so that many who read take a quarter of what one would take who does nothing else.
/// </summary>
/// <param name="isBusy">Whether commands wait for a commit.</param>
/// <param name="time">How long a read takes.</param>
public sealed class HistoryTurns(Func<bool> isBusy, TimeProvider time) : IDisposable
{
    /// <summary>A read that waits for a slow storage keeps the others no longer than this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(30);

    private readonly SemaphoreSlim one = new(1, 1);

    /// <summary>Waits for the turn, which lasts until it is disposed of.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        if (!isBusy())
            return default;
        using var limit = new CancellationTokenSource(LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await one.WaitAsync(either.Token);
            return new Turn(this, time.GetTimestamp());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return default;
        }
    }

    public void Dispose() => one.Dispose();

    private async Task EndAsync(long started)
    {
        var pause = 3 * time.GetElapsedTime(started);
        await Task.Delay(pause < LongestPause ? pause : LongestPause, time);
        one.Release();
    }

    /// <summary>A turn. Dispose of it once.</summary>
    public readonly struct Turn : IDisposable
    {
        private readonly HistoryTurns? turns;
        private readonly long started;

        internal Turn(HistoryTurns turns, long started) => (this.turns, this.started) = (turns, started);

        public void Dispose() => _ = turns?.EndAsync(started);
    }
}
