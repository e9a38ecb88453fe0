using System.Collections.Concurrent;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>
/// What the blocks up to <see cref="Head"/> add up to, as far as it has been loaded. One writer; readers see whole,
/// immutable accounts at any time.
/// </summary>
internal sealed class LedgerState
{
    private readonly ConcurrentDictionary<Guid, AccountState> accounts = new(concurrencyLevel: 1, capacity: 1024);
    private readonly ConcurrentDictionary<Guid, HoldState> holds = new(concurrencyLevel: 1, capacity: 64);
    private readonly ConcurrentDictionary<Guid, ReversedAmount> reversed = new(concurrencyLevel: 1, capacity: 64);

    // Since the last checkpoint, and of these what is in no page yet.
    private HashSet<Guid> changed = [];
    private HashSet<Guid> unpaged = [];

    public LedgerState() => View = new Reads(this);

    /// <summary>For other threads than the one that changes the state.</summary>
    public Reads View { get; }

    /// <summary>The number of the last block applied.</summary>
    public long Head { get; private set; }

    /// <summary>The time of the last block, Unix milliseconds. Time in the log never goes back.</summary>
    public long At { get; private set; }

    /// <summary>The version of the rules of the last block; it never goes back.</summary>
    public int Rules { get; private set; } = RulesVersion.First;

    public byte[] Hash { get; private set; } = new byte[32];

    /// <summary>The block that the state was resumed after: 0 where all of it comes from the log.</summary>
    public long Start { get; private set; }

    /// <summary>How many accounts have changed since the last checkpoint was begun.</summary>
    public int ChangedCount => changed.Count;

    /// <summary>How many of them have changed since the last page was begun.</summary>
    public int UnpagedCount => unpaged.Count;

    public int AccountCount => accounts.Count;

    public AccountState? Account(Guid id) => accounts.GetValueOrDefault(id);

    /// <summary>Whether one of some accounts has been loaded as of a later block than has been applied.</summary>
    public bool IsBehind(IReadOnlyCollection<Guid> ids) => ids.Any(id => Account(id)?.LastBlock > Head);

    public HoldState? Hold(Guid id) => holds.GetValueOrDefault(id);

    public ReversedAmount? Reversed(Guid transfer) => reversed.TryGetValue(transfer, out var amount) ? amount : null;

    /// <summary>
    /// Adds what a checkpoint holds, unless something newer is here already. What is newer than the state counts as changed: its
    /// entries are not replayed, and a checkpoint that claims their blocks has to hold them, should they be lost meanwhile.
    /// </summary>
    public void Load(AccountState account)
    {
        if (accounts.TryAdd(account.Id, account) && account.LastBlock > Head)
            Mark(account.Id);
    }

    /// <summary>Adds what a page holds: it has changed since the checkpoint that the state is resumed from.</summary>
    public void LoadPaged(AccountState account)
    {
        // It may have been opened since as well, but not after this.
        accounts[account.Id] = account with { OpenedIn = Head };
        changed.Add(account.Id);
        if (account.LastBlock > Head)
            unpaged.Add(account.Id);
    }

    public void Load(HoldState hold) => holds.TryAdd(hold.Id, hold);

    public void LoadReversed(Guid transfer, ReversedAmount amount) => reversed.TryAdd(transfer, amount);

    /// <summary>Takes over what a view has worked out for the block that is now in the log.</summary>
    public void Advance(LedgerView view, long at, byte[] hash)
    {
        foreach (var (id, account) in view.ChangedAccounts)
        {
            accounts[id] = account;
            Mark(id);
        }
        foreach (var (id, hold) in view.ChangedHolds)
            holds[id] = hold;
        foreach (var (id, amount) in view.ChangedReversals)
            reversed[id] = amount;
        (Head, At, Rules, Hash) = (view.BlockNumber, at, view.Rules, hash);
    }

    /// <summary>Resumes after a checkpoint instead of at the first block.</summary>
    public void ResumeAfter(long head, long at, int rules, byte[] hash) => (Start, Head, At, Rules, Hash) = (head, head, at, rules, hash);

    /// <summary>The accounts that have changed since the last call, or are newer than the state.</summary>
    public List<AccountState> TakeChanged() => Take(ref changed);

    /// <summary>Puts back what could not be written.</summary>
    public void ReturnChanged(IEnumerable<AccountState> taken) => changed.UnionWith(taken.Select(account => account.Id));

    /// <summary>The same for pages: a page has what has changed since the one before, whatever checkpoints are made.</summary>
    public List<AccountState> TakeUnpaged() => Take(ref unpaged);

    /// <summary>
    /// All that has changed since the last checkpoint that was written, and with it since the last page.
    /// </summary>
    /// <param name="inFlight">What a checkpoint is writing now.</param>
    public List<AccountState> TakeAllUnpaged(IEnumerable<AccountState> inFlight)
    {
        unpaged.UnionWith(changed);
        unpaged.UnionWith(inFlight.Select(account => account.Id));
        return Take(ref unpaged);
    }

    /// <summary>Puts back what is in no page, unless it has been written as of a block.</summary>
    public void ReturnUnpaged(IEnumerable<AccountState> taken, long written) =>
        unpaged.UnionWith(taken.Where(account => account.LastBlock > written).Select(account => account.Id));

    /// <summary>All accounts have been written as of a block: what has not changed since need be in no page.</summary>
    public void DropUnpaged(long written) => unpaged.RemoveWhere(id => accounts[id].LastBlock <= written);

    /// <summary>
    /// Forgets, with nothing waiting to be written, the accounts without news for longest, down to <paramref name="most"/>;
    /// and what is in the log anyway.
    /// </summary>
    public void Evict(int most)
    {
        reversed.Clear();
        foreach (var (id, hold) in holds)
            if (hold.Status != HoldStatus.Active)
                holds.TryRemove(id, out _);
        if (accounts.Count <= most)
            return;
        var cold = accounts.Values.Where(account => !account.IsSystem && !changed.Contains(account.Id))
            .OrderBy(account => account.LastBlock);
        // A tenth more than needed, so that this is not done again at once.
        foreach (var account in cold.Take(accounts.Count - most + most / 10).ToList())
        {
            accounts.TryRemove(account.Id, out _);
            foreach (var hold in account.Holds)
                holds.TryRemove(hold.Id, out _);
        }
    }

    private void Mark(Guid id)
    {
        changed.Add(id);
        unpaged.Add(id);
    }

    private List<AccountState> Take(ref HashSet<Guid> ids)
    {
        var taken = new List<AccountState>(ids.Count);
        foreach (var id in ids)
            taken.Add(accounts[id]);
        ids = [.. taken.Where(account => account.LastBlock > Head).Select(account => account.Id)];
        return taken;
    }

    /// <summary>What any thread may read while the state changes: each account and hold is whole, as of its own last change.</summary>
    public sealed class Reads
    {
        private readonly LedgerState state;

        internal Reads(LedgerState state) => this.state = state;

        public IEnumerable<AccountState> Accounts => state.accounts.Select(account => account.Value);

        public AccountState? Account(Guid id) => state.Account(id);

        public HoldState? Hold(Guid id) => state.Hold(id);

        public ReversedAmount? Reversed(Guid transfer) => state.Reversed(transfer);
    }
}
