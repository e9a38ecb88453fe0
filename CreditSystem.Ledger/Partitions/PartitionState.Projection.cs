using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Projection.ResumePoints;

namespace CreditSystem.Ledger.Partitions;

// What of the state is written to the projection, and what has been.
internal sealed partial class PartitionState
{
    // Pages have what has changed up to a block, and so many accounts since one that has all.
    private long paged;
    private long pagedAccounts;

    /// <summary>A copy of all that has changed, to be written while the state goes on changing.</summary>
    public Checkpoint BeginCheckpoint() => new(
        Ledger.TakeChanged(), Ledger.Head, cold.Rebuilds,
        new CheckpointEntries(entries.Take(), Records, cold.Block, IsWorkedOut: Ledger.Start == 0));

    /// <summary>Takes note of what became of a checkpoint.</summary>
    public void EndCheckpoint(Checkpoint checkpoint, CheckpointOutcome outcome)
    {
        Lost ??= outcome.Lost;
        // Where it is older than what has left memory it has been lost: the next read of it finds out.
        var isWritten = outcome.Block >= cold.Block;
        var block = isWritten ? outcome.Block!.Value : -1;
        if (block < checkpoint.Block)
            Ledger.ReturnChanged(checkpoint.Accounts.Where(account => account.LastBlock > block));
        if (!isWritten)
            return;
        unprojected.DropUpTo(block);
        entries.DropUpTo(block);
        cold.RelyOn(block);
        Ledger.DropUnpaged(block);
        paged = Math.Max(paged, block);
        toReplay.DropUpTo(Math.Min(Covered, paged));
        Evict();
    }

    /// <summary>A copy of what lets a start resume after the last block, likewise.</summary>
    /// <param name="isPaged">Whether it has accounts.</param>
    /// <param name="inFlight">The checkpoint that is being written.</param>
    public ResumePoint BeginResumePoint(bool isPaged, Checkpoint? inFlight)
    {
        var (ids, latest) = Records.Pending.UpTo(Ledger.Head);
        var (after, accounts) = isPaged ? TakeUnpaged(inFlight) : (paged, null);
        var records = Tail;
        Tail = 0;
        return new ResumePoint(after, accounts, Ledger.Head, Ledger.At, Ledger.Hash, Covered, ids, latest)
        {
            Records = records,
            Lists = lists.UpTo(Ledger.Head, Reads),
            Due = Records.TableDue(),
            Unstored = Records.UnstoredTable(),
        };
    }

    /// <summary>Takes note of what became of it.</summary>
    public void EndResumePoint(ResumePoint point, ResumePointOutcome outcome)
    {
        Lost ??= outcome.Lost;
        lists.DropUpTo(outcome.Listed);
        if (outcome.IsPaged)
            paged = Math.Max(paged, point.Block);
        else if (point.Accounts is { } accounts)
            Ledger.ReturnUnpaged(accounts, cold.Block);
        if (outcome.Covered is not { } covered)
        {
            // Tried again, but not at once.
            Tail += point.Records / 2 + 1;
            return;
        }
        Covered = Math.Max(Covered, covered);
        Records.Pending.DropUpTo(Covered);
        Records.Archive(outcome.Segments, outcome.Table, outcome.Stored);
        toReplay.DropUpTo(Math.Min(Covered, paged));
    }

    // What a start has to read of pages is no more than two or three times what has changed since the checkpoint.
    private (long After, List<AccountState> Accounts) TakeUnpaged(Checkpoint? inFlight)
    {
        var isAll = pagedAccounts > Ledger.ChangedCount + (inFlight?.Accounts.Count ?? 0);
        var after = isAll ? cold.Block : paged;
        var accounts = isAll ? Ledger.TakeAllUnpaged(inFlight?.Accounts ?? []) : Ledger.TakeUnpaged();
        pagedAccounts = isAll ? 0 : pagedAccounts + accounts.Count;
        return (after, accounts);
    }
}
