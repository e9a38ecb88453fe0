using System.Collections.Concurrent;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>
/// Reads accounts that have left memory. They must be at least as new as this replica has seen written: a replica that works a lost
/// projection out again writes older states on the way. Rebuilds are counted, and a replica relies on what was written since the
/// one that it has taken part in. Any thread may read; the partition's loop decides what to rely on.
/// </summary>
internal sealed class ColdAccounts(int partition, IProjectionStore projections, int mostKept)
{
    private volatile ConcurrentDictionary<Guid, AccountState> kept = new();
    private volatile Reliance relied = new(0, 0);

    /// <summary>The rebuild that this replica has taken part in, or has started after.</summary>
    public long Rebuilds => relied.Rebuilds;

    /// <summary>Accounts have left memory that were written as of this block.</summary>
    public long Block => relied.Block;

    /// <summary>From here on accounts leave memory that have been written as of this block.</summary>
    public void RelyOn(long block) => relied = relied with { Block = block };

    /// <summary>Begins to rely on what is there.</summary>
    public async Task<ProjectionMark> StartAsync(CancellationToken cancellationToken)
    {
        var mark = await projections.MarkAsync(partition, cancellationToken);
        relied = relied with { Rebuilds = mark.Rebuilds };
        return mark;
    }

    /// <summary>
    /// The account for one who only reads, null where it is not there. It is kept: a block that changes it brings it into memory first,
    /// where it is looked for before it is asked for here.
    /// </summary>
    /// <exception cref="ProjectionLostException">As of <see cref="LoadAsync"/>.</exception>
    public async ValueTask<AccountState?> ReadAsync(Guid id, CancellationToken cancellationToken)
    {
        var reading = kept;
        if (reading.TryGetValue(id, out var known))
            return known;
        if (await LoadAsync([id], cancellationToken) is not [var found])
            return null;
        if (reading.Count >= mostKept)
            Forget();
        // Where accounts have left memory meanwhile, nobody looks here any more.
        reading.TryAdd(id, found);
        return found;
    }

    /// <summary>To be called before accounts leave memory: what was kept of them is older.</summary>
    public void Forget() => kept = new();

    /// <summary>The accounts that are there.</summary>
    /// <exception cref="ProjectionLostException">What is there may be older than what this replica has forgotten.</exception>
    public async Task<IReadOnlyList<AccountState>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var before = await projections.MarkAsync(partition, cancellationToken);
        var accounts = await projections.LoadAsync(ids, cancellationToken);
        var after = await projections.MarkAsync(partition, cancellationToken);
        var least = relied;
        return before.Block >= least.Block && before.Rebuilds == least.Rebuilds && after.Rebuilds == least.Rebuilds
            ? accounts
            : throw new ProjectionLostException("it was lost, or another replica works it out again");
    }

    /// <summary>
    /// Tells the other replicas, before anything older than the mark is written; or takes part where one has told already.
    /// </summary>
    public async Task BeginRebuildAsync(CancellationToken cancellationToken)
    {
        if ((await projections.MarkAsync(partition, cancellationToken)).Rebuilds == Rebuilds)
            await projections.BeginRebuildAsync(partition, Rebuilds, cancellationToken);
        await StartAsync(cancellationToken);
        RelyOn(0);
    }

    private sealed record Reliance(long Block, long Rebuilds);
}
