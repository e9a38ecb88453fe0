namespace CreditSystem.Ledger.Limits;

/// <summary>
/// When history is read: as it is asked for while no command waits, and otherwise one read after the other, so that many who read
/// take no more of the processors than one does.
/// </summary>
/// <param name="isBusy">Whether commands wait for a commit.</param>
public sealed class HistoryTurns(Func<bool> isBusy) : IDisposable
{
    private readonly SemaphoreSlim one = new(1, 1);

    /// <summary>Waits for the turn, which lasts until it is disposed of.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        if (!isBusy())
            return default;
        await one.WaitAsync(cancellationToken);
        return new Turn(one);
    }

    public void Dispose() => one.Dispose();

    /// <summary>A turn. Dispose of it once.</summary>
    public readonly struct Turn : IDisposable
    {
        private readonly SemaphoreSlim? taken;

        internal Turn(SemaphoreSlim taken) => this.taken = taken;

        public void Dispose() => taken?.Release();
    }
}
