using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Model;
using CreditSystem.Api.Ledger.Projection;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>
/// Reads accounts that have left memory. They must be at least as new as this replica has seen written: another replica that works
/// a lost projection out again writes older states on its way.
/// </summary>
internal sealed class GuardedProjection(int partition, IProjectionStore projections)
{
    private long reliedOn;

    /// <summary>From here on accounts leave memory that have been written as of this block.</summary>
    public void RelyOn(long block) => Volatile.Write(ref reliedOn, block);

    /// <summary>The accounts that are there; any thread may ask.</summary>
    /// <exception cref="ProjectionLostException">What is there may be older than what this replica has forgotten.</exception>
    public async Task<IReadOnlyList<AccountState>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var before = await projections.MarkAsync(partition, cancellationToken);
        var accounts = await projections.LoadAsync(ids, cancellationToken);
        var after = await projections.MarkAsync(partition, cancellationToken);
        return before.Block >= Volatile.Read(ref reliedOn) && before.Rebuilds == after.Rebuilds
            ? accounts
            : throw new ProjectionLostException("another replica works it out again");
    }

    /// <summary>Tells the other replicas, before anything older than the mark is written.</summary>
    public async Task BeginRebuildAsync(CancellationToken cancellationToken)
    {
        var mark = await projections.MarkAsync(partition, cancellationToken);
        // Where it is lower than what was written, somebody has told already, or the mark is lost with the rest.
        if (mark.Block > 0 && mark.Block >= Volatile.Read(ref reliedOn))
            await projections.BeginRebuildAsync(partition, mark.Rebuilds, cancellationToken);
        RelyOn(0);
    }
}
