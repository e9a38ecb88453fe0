namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// Keeps readers away from a state that is being worked out: what is not in it yet would look as if it did not exist.
/// </summary>
internal sealed class RecoveryGate
{
    // Odd while it is closed; a reader that saw the same even number before and after has read a whole state.
    private int passages = 1;

    public bool IsOpen => Volatile.Read(ref passages) % 2 == 0;

    public void Close()
    {
        if (IsOpen)
            Interlocked.Increment(ref passages);
    }

    public void Open()
    {
        if (!IsOpen)
            Interlocked.Increment(ref passages);
    }

    /// <exception cref="LedgerUnavailableException">The state is not whole.</exception>
    public async ValueTask<T> ReadAsync<T>(Func<ValueTask<T>> read)
    {
        var before = Volatile.Read(ref passages);
        if (before % 2 != 0)
            throw Recovering();
        var result = await read();
        return Volatile.Read(ref passages) == before ? result : throw Recovering();
    }

    public static LedgerUnavailableException Recovering() => new("The ledger is being read. Try again.", LedgerUnavailableReason.Recovering);
}
