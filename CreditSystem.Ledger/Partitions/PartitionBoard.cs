using CreditSystem.Ledger.Evaluation;

namespace CreditSystem.Ledger.Partitions;

/// <summary>How far a partition is, as of its last block or checkpoint.</summary>
/// <param name="Head">The number of the last block applied.</param>
/// <param name="ResumedAfter">The block that the state was resumed after: 0 where all of it comes from the log.</param>
/// <param name="AccountsInMemory">Accounts that need not be read to be changed.</param>
/// <param name="Unprojected">Records in the log that accounts and entries have not been written for.</param>
/// <param name="UnprojectedSince">The timestamp of the oldest of them; null where there is none.</param>
/// <param name="ToReplay">Records that a start would have to replay: they are after the last resume point.</param>
public sealed record PartitionStatus(
    long Head, long ResumedAfter, int AccountsInMemory, long Unprojected, long? UnprojectedSince, long ToReplay);

/// <summary>
/// What the engine of a partition shows to all other threads: values that do not change, each put up as a whole. Nothing here
/// leads to the state itself.
/// </summary>
internal sealed class PartitionBoard
{
    private volatile PartitionStatus status = new(0, 0, 0, 0, null, 0);
    private volatile PartitionReads? reads;
    private volatile bool isRecoveryLong;

    public PartitionStatus Status
    {
        get => status;
        set => status = value;
    }

    /// <summary>Null while the state is being worked out: what is not in it yet would look as if it did not exist.</summary>
    public PartitionReads? Reads
    {
        get => reads;
        set => reads = value;
    }

    /// <summary>Whether a recovery takes longer than a request may wait.</summary>
    public bool IsRecoveryLong
    {
        get => isRecoveryLong;
        set => isRecoveryLong = value;
    }

    /// <summary>Reads a whole state: refused where it has been replaced on the way.</summary>
    /// <exception cref="LedgerUnavailableException">The state is being worked out.</exception>
    public async ValueTask<T> ReadAsync<T>(Func<PartitionReads, ValueTask<T>> read)
    {
        var before = Reads ?? throw LedgerUnavailableException.Recovering();
        try
        {
            var result = await read(before);
            return ReferenceEquals(Reads, before) ? result : throw LedgerUnavailableException.Recovering();
        }
        catch (ProjectionLostException) when (!ReferenceEquals(Reads, before))
        {
            throw LedgerUnavailableException.Recovering();
        }
    }
}
