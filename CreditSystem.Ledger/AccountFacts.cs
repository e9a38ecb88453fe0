using System.Collections.Concurrent;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger;

/// <summary>
/// What never changes about accounts that requests have named, where the partition does not have them in memory: a replica that
/// does not own it decides nothing and so loads none. What is looked for stays; of the rest the older half goes.
/// </summary>
internal sealed class AccountFacts(int capacity)
{
    private ConcurrentDictionary<Guid, AccountState> recent = new();
    private ConcurrentDictionary<Guid, AccountState> older = new();

    public AccountState? Find(Guid id)
    {
        if (recent.TryGetValue(id, out var account))
            return account;
        if (older.TryGetValue(id, out account))
            Add(account);
        return account;
    }

    public void Add(AccountState account)
    {
        // A race loses some of what is kept, and nothing else.
        if (recent.Count >= capacity / 2)
            (older, recent) = (recent, new());
        recent[account.Id] = account with { Lots = [], Holds = [], Trail = [] };
    }
}
