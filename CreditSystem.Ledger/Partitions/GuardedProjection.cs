using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// Reads accounts that have left memory. They must be at least as new as this replica has seen written: whoever works a lost
/// projection out again writes older states on its way. Rebuilds are counted, and a replica relies on what was written since the
/// one that it has taken part in.
/// </summary>
internal sealed class GuardedProjection(int partition, IProjectionStore projections)
{
    private long reliedOn;
    private long rebuilds;

    /// <summary>The rebuild that this replica has taken part in, or has started after.</summary>
    public long Rebuilds => Volatile.Read(ref rebuilds);

    /// <summary>From here on accounts leave memory that have been written as of this block.</summary>
    public void RelyOn(long block) => Volatile.Write(ref reliedOn, block);

    /// <summary>Begins to rely on what is there.</summary>
    public async Task<ProjectionMark> StartAsync(CancellationToken cancellationToken)
    {
        var mark = await projections.MarkAsync(partition, cancellationToken);
        Volatile.Write(ref rebuilds, mark.Rebuilds);
        return mark;
    }

    /// <summary>The accounts that are there; any thread may ask.</summary>
    /// <exception cref="ProjectionLostException">What is there may be older than what this replica has forgotten.</exception>
    public async Task<IReadOnlyList<AccountState>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var before = await projections.MarkAsync(partition, cancellationToken);
        var accounts = await projections.LoadAsync(ids, cancellationToken);
        var after = await projections.MarkAsync(partition, cancellationToken);
        return before.Block >= Volatile.Read(ref reliedOn) && before.Rebuilds == Rebuilds && after.Rebuilds == Rebuilds
            ? accounts
            : throw new ProjectionLostException("it was lost, or another replica works it out again");
    }

    /// <summary>Tells the other replicas, before anything older than the mark is written; or takes part where one has told already.</summary>
    public async Task BeginRebuildAsync(CancellationToken cancellationToken)
    {
        if ((await projections.MarkAsync(partition, cancellationToken)).Rebuilds == Rebuilds)
            await projections.BeginRebuildAsync(partition, Rebuilds, cancellationToken);
        await StartAsync(cancellationToken);
        RelyOn(0);
    }
}
