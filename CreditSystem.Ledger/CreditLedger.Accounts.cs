using System.Collections.Concurrent;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger;

public sealed partial class CreditLedger
{
    private const int ReadsAtOnce = 16;

    /// <summary>
    /// The accounts among <paramref name="ids"/> that the tenant has, for what never changes about them: asset, holder, whether
    /// they are system accounts. Their balances may be old. What is not in it was not open when the call began.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, AccountState>> FindKnownAsync(string tenant, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(tenant);
        var known = new ConcurrentDictionary<Guid, AccountState>();
        foreach (var id in ids)
            if (partition.State.Account(id) is { } account && account.Tenant == tenant)
                known[id] = account;
        if (known.Count == ids.Count)
            return known;
        await ReadAsync(Missing());
        // Another replica may have opened it just now.
        if (Missing() is { Count: > 0 } missing)
        {
            await partition.SynchronizeAsync();
            await ReadAsync(missing);
        }
        return known;

        List<Guid> Missing() => [.. ids.Where(id => !known.ContainsKey(id))];

        Task ReadAsync(List<Guid> wanted) => Parallel.ForEachAsync(
            wanted, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken }, async (id, _) =>
            {
                if (await partition.LoadAccountAsync(id) is { } account && account.Tenant == tenant)
                    known[id] = account;
            });
    }
}
