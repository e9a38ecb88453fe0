using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Ownership;

/// <summary>
/// Whether this replica commits a partition's commands. Nothing depends on it but speed: two that believe they do are told apart by
/// the number of the block, and the one that is refused gives the partition up.
/// </summary>
/// <param name="queue">Takes commands while this replica is the owner.</param>
/// <param name="isShared">False: there is no cluster, and this process is the owner for good.</param>
/// <param name="time">Says since when.</param>
internal sealed class PartitionOwnership(SubmissionQueue queue, bool isShared, TimeProvider time)
{
    private volatile PartitionTenure tenure = new(isShared ? null : time.GetUtcNow(), Taken: 0, Lost: 0);
    private volatile bool isNew;
    private volatile bool mayRace = !isShared;

    public bool IsOwner => queue.IsOpen;

    public PartitionTenure Tenure => tenure;

    /// <summary>Called, by the partition's loop, when another replica has turned out to be the owner.</summary>
    public Action? OnLost { get; set; }

    public void Take()
    {
        (isNew, mayRace) = (true, true);
        tenure = tenure with { Since = time.GetUtcNow(), Taken = tenure.Taken + 1 };
        queue.Open();
    }

    /// <summary>Completes when all that was taken is committed or refused.</summary>
    public Task ReleaseAsync()
    {
        tenure = tenure with { Since = null };
        return queue.CloseAsync();
    }

    /// <summary>True once after each <see cref="Take"/>: the log may have blocks that this replica has not seen.</summary>
    public bool TakeNews()
    {
        var before = isNew;
        isNew = false;
        return before;
    }

    /// <summary>After a block of this replica's no other writes, or this one is not the owner.</summary>
    public void OnCommitted() => mayRace = !isShared;

    /// <summary>
    /// Another replica has taken the number of a block. A new owner may meet the last block of the one before it; else the partition
    /// is lost.
    /// </summary>
    /// <returns>Whether to try again with the next number.</returns>
    public bool MayTryAgain()
    {
        if (mayRace)
        {
            mayRace = !isShared;
            return true;
        }
        _ = ReleaseAsync();
        tenure = tenure with { Lost = tenure.Lost + 1 };
        OnLost?.Invoke();
        return false;
    }
}
