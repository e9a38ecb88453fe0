using System.Collections.Concurrent;
using System.Runtime.InteropServices;
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
    public async Task<Dictionary<Guid, AccountState>> FindAsync(
        LedgerPartition partition, string tenant, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var (known, missing) = (new Dictionary<Guid, AccountState>(), new List<Guid>());
        foreach (var id in ids)
        {
            ref var account = ref CollectionsMarshal.GetValueRefOrAddDefault(known, id, out var isThere);
            if (!isThere && (account = partition.AccountInMemory(id) ?? Find(id)) is null)
                missing.Add(id);
        }
        if (missing.Count > 0)
        {
            // However old it is: none of this changes.
            foreach (var account in await projections.LoadAsync(missing, cancellationToken))
                known[account.Id] = Add(account);
            missing.RemoveAll(id => known[id] is not null);
        }
        if (missing.Count > 0)
        {
            // Another replica may have opened it just now.
            await partition.SynchronizeAsync();
            foreach (var id in missing)
                if (await partition.LoadAccountAsync(id) is { } account)
                    known[id] = Add(account);
                else
                    known.Remove(id);
        }
        foreach (var (id, account) in known)
            if (account.Tenant != tenant)
                known.Remove(id);
        return known;
    }

    private AccountState? Find(Guid id)
    {
        if (recent.TryGetValue(id, out var account))
            return account;
        if (older.TryGetValue(id, out account))
            Add(account);
        return account;
    }

    private AccountState Add(AccountState account)
    {
        // A race loses some of what is kept, and nothing else.
        if (recent.Count >= capacity / 2)
            (older, recent) = (recent, new());
        return recent[account.Id] = account with { Lots = [], Holds = [], Trail = [] };
    }
}
