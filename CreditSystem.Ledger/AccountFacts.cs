using System.Collections.Concurrent;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger;

/// <summary>
/// What never changes about accounts that requests have named, where the partition does not have them in memory: a replica that
/// does not own it decides nothing and so loads none. What is looked for stays; of the rest the older half goes.
/// </summary>
internal sealed class AccountFacts(IProjectionStore projections, int capacity)
{
    private ConcurrentDictionary<Guid, AccountState> recent = new();
    private ConcurrentDictionary<Guid, AccountState> older = new();

    /// <summary>
    /// The accounts among <paramref name="ids"/> that the tenant has, for what never changes about them: asset, holder, whether
    /// they are system accounts. Their balances may be old. What is not in it was not open when the call began.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, AccountState>> FindAsync(
        LedgerPartition partition, string tenant, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var known = new Dictionary<Guid, AccountState>(ids.Count);
        Collect(id => partition.AccountInMemory(id) ?? Find(id));
        if (Missing() is { Count: > 0 } unread)
        {
            // However old it is: none of this changes.
            foreach (var account in await projections.LoadAsync(unread, cancellationToken))
                Add(account);
            Collect(Find);
        }
        if (Missing() is { Count: > 0 } unknown)
        {
            // Another replica may have opened it just now.
            await partition.SynchronizeAsync();
            foreach (var id in unknown)
                if (await partition.LoadAccountAsync(id) is { } account)
                    Add(account);
            Collect(Find);
        }
        return known;

        List<Guid> Missing() => known.Count == ids.Count ? [] : [.. ids.Where(id => !known.ContainsKey(id))];

        void Collect(Func<Guid, AccountState?> find)
        {
            foreach (var id in ids)
                if (!known.ContainsKey(id) && find(id) is { } account && account.Tenant == tenant)
                    known[id] = account;
        }
    }

    private AccountState? Find(Guid id)
    {
        if (recent.TryGetValue(id, out var account))
            return account;
        if (older.TryGetValue(id, out account))
            Add(account);
        return account;
    }

    private void Add(AccountState account)
    {
        // A race loses some of what is kept, and nothing else.
        if (recent.Count >= capacity / 2)
            (older, recent) = (recent, new());
        recent[account.Id] = account with { Lots = [], Holds = [], Trail = [] };
    }
}
