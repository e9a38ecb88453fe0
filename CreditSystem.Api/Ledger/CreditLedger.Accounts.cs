using System.Collections.Concurrent;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger;

internal sealed partial class CreditLedger
{
    private const int ReadsAtOnce = 16;

    /// <summary>
    /// The accounts among <paramref name="ids"/> that the tenant has, for what never changes about them: asset, holder, whether
    /// they are system accounts. Their balances may be old. What is not in it was not open when the call began.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, AccountState>> FindKnownAsync(string tenant, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var known = new ConcurrentDictionary<Guid, AccountState>();
        await ReadAsync(ids);
        // Another replica may have opened it just now.
        if (ids.Any(id => !known.ContainsKey(id)))
        {
            await PartitionOf(tenant).SynchronizeAsync();
            await ReadAsync(ids.Where(id => !known.ContainsKey(id)));
        }
        return known;

        Task ReadAsync(IEnumerable<Guid> wanted) => Parallel.ForEachAsync(
            wanted, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken }, async (id, _) =>
            {
                if (await PartitionOf(tenant).LoadAccountAsync(id) is { } account && account.Tenant == tenant)
                    known[id] = account;
            });
    }
}
