using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection.ResumePoints;

/// <summary>
/// Finds pages that together have all that has changed after a checkpoint. Each is believed, from any replica, if the log has its
/// last block with its hash, and if it is whole; else the log is read instead.
/// </summary>
internal sealed partial class DeltaReader(int partition, IBlockStore store, IProjectionStore projections, ILogger logger)
{
    private const int ReadsAtOnce = 4;

    /// <summary>
    /// Deltas that follow one another from a block, the first first: of those that begin there or before the one that leads furthest, and
    /// so on. They may overlap; what is later counts.
    /// </summary>
    public static IReadOnlyList<AccountDelta> Chain(IEnumerable<AccountDelta> deltas, long from)
    {
        var (chain, all) = (new List<AccountDelta>(), deltas.ToList());
        while (all.Where(delta => delta.After <= from && delta.Last > from).OrderBy(delta => delta.Last).ThenBy(delta => delta.After)
            .LastOrDefault() is { } next)
        {
            chain.Add(next);
            from = next.Last;
        }
        return chain;
    }

    public Task<IReadOnlyList<AccountDelta>> ListAsync(long checkpointed, CancellationToken cancellationToken) =>
        projections.DeltasAsync(partition, checkpointed, cancellationToken);

    /// <summary>Adds the accounts of a delta that are not there yet.</summary>
    /// <returns>False where it is not to be relied on.</returns>
    public async Task<bool> TryReadAsync(
        AccountDelta delta, Dictionary<Guid, AccountState> accounts, CancellationToken cancellationToken)
    {
        if ((await store.ReadAsync(partition, delta.Last, cancellationToken))?.Hash.AsSpan().SequenceEqual(delta.Hash) is not true)
        {
            Log.NotUsed(logger, partition, delta.After, delta.Last, "it is of another log");
            return false;
        }
        for (var first = 0; first < delta.Pages; first += ReadsAtOnce)
        {
            var pages = await Task.WhenAll(Enumerable.Range(first, Math.Min(ReadsAtOnce, delta.Pages - first))
                .Select(page => projections.PageAsync(delta, page, cancellationToken)));
            for (var i = 0; i < pages.Length; i++)
            {
                if (pages[i] is { } content && delta.TryUnpack(first + i, content, accounts))
                    continue;
                Log.NotUsed(logger, partition, delta.After, delta.Last, $"page {first + i} of {delta.Pages} is missing or damaged");
                return false;
            }
        }
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(3015, LogLevel.Warning, "Partition {Partition}: the accounts that have changed after block {After} up to block "
            + "{Last} are not used ({Reason}); the log is read instead")]
        public static partial void NotUsed(ILogger logger, int partition, long after, long last, string reason);
    }
}
