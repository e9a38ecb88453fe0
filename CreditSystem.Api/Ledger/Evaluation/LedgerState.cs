using System.Collections.Concurrent;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger.Evaluation;

/// <summary>
/// What the blocks up to <see cref="Head"/> add up to, as far as it has been loaded. One writer; readers see whole,
/// immutable accounts at any time, and consistent ones together under <see cref="Gate"/>.
/// </summary>
internal sealed class LedgerState
{
    private readonly ConcurrentDictionary<Guid, AccountState> accounts = new(concurrencyLevel: 1, capacity: 1024);
    private readonly ConcurrentDictionary<Guid, HoldState> holds = new(concurrencyLevel: 1, capacity: 64);
    private readonly ConcurrentDictionary<Guid, long> reversed = new(concurrencyLevel: 1, capacity: 64);

    public Lock Gate { get; } = new();

    /// <summary>The number of the last block applied.</summary>
    public long Head { get; private set; }

    /// <summary>The time of the last block, Unix milliseconds. Time in the log never goes back.</summary>
    public long At { get; private set; }

    public byte[] Hash { get; private set; } = new byte[32];

    public IReadOnlyDictionary<Guid, AccountState> Accounts => (IReadOnlyDictionary<Guid, AccountState>)accounts;

    public AccountState? Account(Guid id) => accounts.GetValueOrDefault(id);

    public HoldState? Hold(Guid id) => holds.GetValueOrDefault(id);

    public long? Reversed(Guid transfer) => reversed.TryGetValue(transfer, out var amount) ? amount : null;

    /// <summary>Adds what a checkpoint holds, unless something newer is here already.</summary>
    public void Load(AccountState account) => accounts.TryAdd(account.Id, account);

    public void Load(HoldState hold) => holds.TryAdd(hold.Id, hold);

    public void LoadReversed(Guid transfer, long amount) => reversed.TryAdd(transfer, amount);

    /// <summary>Takes over what a view has worked out for the block that is now in the log.</summary>
    public void Advance(LedgerView view, long at, byte[] hash)
    {
        lock (Gate)
        {
            foreach (var (id, account) in view.ChangedAccounts)
                accounts[id] = account;
            foreach (var (id, hold) in view.ChangedHolds)
                holds[id] = hold;
            foreach (var (id, amount) in view.ChangedReversals)
                reversed[id] = amount;
            Head = view.BlockNumber;
            At = at;
            Hash = hash;
        }
    }

    /// <summary>Starts behind a checkpoint instead of at the first block.</summary>
    public void StartAfter(long head, long at, byte[] hash) => (Head, At, Hash) = (head, at, hash);

    /// <summary>Forgets what can be loaded again from a checkpoint.</summary>
    public void Evict(AccountState account) => accounts.TryRemove(new KeyValuePair<Guid, AccountState>(account.Id, account));
}
