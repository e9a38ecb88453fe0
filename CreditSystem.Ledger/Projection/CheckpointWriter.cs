using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>What a checkpoint writes: all accounts that have changed up to a block, copied between two blocks, and their entries.</summary>
/// <param name="Rebuilds">The rebuilds of the projection that the writer knows of.</param>
/// <param name="Entries">The entries of the same blocks.</param>
internal sealed record Checkpoint(IReadOnlyList<AccountState> Accounts, long Block, long Rebuilds, CheckpointEntries Entries);

/// <param name="Block">The block that all accounts are written as of; null where the checkpoint was not written.</param>
/// <param name="Lost">Why the projection is not to be relied on any more.</param>
internal readonly record struct CheckpointOutcome(long? Block, string? Lost);

/// <summary>
/// Writes entries, then the accounts of the same blocks, and then that it has: entries of the blocks before the mark are there. Pages that
/// the mark before has passed are dropped.
/// </summary>
internal sealed class CheckpointWriter(int partition, IProjectionStore projections)
{
    private readonly EntryProjection entries = new(projections);

    /// <exception cref="ProjectionLostException">What is there is not to be relied on.</exception>
    public async Task<CheckpointOutcome> WriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        FailPoints.Hit(FailPoints.BeforeCheckpoint);
        var mark = await MarkAsync(checkpoint, cancellationToken);
        // Who moved the mark wrote the entries before. Where all is worked out from the first block all of them are written: they may
        // have been lost, or the mark may be from before there were any.
        var written = checkpoint.Entries.IsWorkedOut ? checkpoint.Entries.After : Math.Max(mark.Block, checkpoint.Entries.After);
        await entries.WriteAsync(checkpoint.Entries, written, checkpoint.Block, cancellationToken);
        FailPoints.Hit(FailPoints.DuringCheckpoint);
        // A replica that lags has nothing to add, and must not put an older state where an account is missing. Entries can take long.
        if ((await MarkAsync(checkpoint, cancellationToken)).Block < checkpoint.Block)
        {
            var changed = new ChangedAccounts(checkpoint.Accounts, checkpoint.Entries.After, checkpoint.Block, checkpoint.Rebuilds);
            await projections.SaveAsync(partition, changed, cancellationToken);
        }
        FailPoints.Hit(FailPoints.BeforeDrop);
        // Those after the mark before this one stay until the next: a replica that starts now may be about to read them.
        if (Math.Min(mark.Block, checkpoint.Block) is > 0 and var passed)
            await projections.DropPagesAsync(partition, passed, cancellationToken);
        return new CheckpointOutcome(checkpoint.Block, Lost: null);
    }

    /// <summary>What another replica has written of it already.</summary>
    public async Task<CheckpointOutcome> FindAsync(Checkpoint checkpoint, CancellationToken cancellationToken) =>
        new(Math.Min((await MarkAsync(checkpoint, cancellationToken)).Block, checkpoint.Block), Lost: null);

    /// <exception cref="ProjectionLostException">Another replica works the projection out again.</exception>
    private async Task<ProjectionMark> MarkAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var mark = await projections.MarkAsync(partition, cancellationToken);
        return mark.Rebuilds == checkpoint.Rebuilds ? mark : throw new ProjectionLostException("another replica works it out again");
    }
}
