using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>
/// The state with the effects of a block that is not in the log yet. Dropping the view undoes them, so a block that
/// loses the race for its number leaves no trace.
/// </summary>
internal sealed class LedgerView(LedgerState state, long blockNumber, long at, int rules)
{
    private readonly Dictionary<Guid, AccountState> accounts = [];
    private readonly Dictionary<Guid, HoldState> holds = [];
    private readonly Dictionary<Guid, ReversedAmount> reversals = [];
    private readonly Dictionary<Guid, LedgerRecord> known = [];
    private readonly List<Guid> touched = [];
    private List<(Guid Id, AccountState? Before)>? undo;
    private List<Guid>? indebted;

    public long BlockNumber => blockNumber;

    /// <summary>The time of the block, Unix milliseconds: the only clock that the rules know.</summary>
    public long At => at;

    /// <summary>The version of the rules by which the commands of the block are decided.</summary>
    public int Rules => rules;

    /// <summary>The records of the block, in order.</summary>
    public List<LedgerRecord> Records { get; } = [];

    public IReadOnlyDictionary<Guid, AccountState> ChangedAccounts => accounts;

    public IReadOnlyDictionary<Guid, HoldState> ChangedHolds => holds;

    public IReadOnlyDictionary<Guid, ReversedAmount> ChangedReversals => reversals;

    public AccountState? Account(Guid id) => accounts.GetValueOrDefault(id) ?? state.Account(id);

    public HoldState? Hold(Guid id) => holds.GetValueOrDefault(id) ?? state.Hold(id);

    public ReversedAmount Reversed(Guid transfer) =>
        reversals.TryGetValue(transfer, out var amount) ? amount : state.Reversed(transfer) ?? default;

    /// <summary>The record in the log that has this id: as a command, as a posting, or as the reference of a transfer.</summary>
    public LedgerRecord? Find(Guid id) => known.GetValueOrDefault(id);

    /// <summary>Tells the view about a record of an earlier block.</summary>
    public void Preload(Guid id, LedgerRecord record) => known.TryAdd(id, record);

    /// <summary>The system account; one that nobody has used yet is to be opened by the record, if that is accepted.</summary>
    public AccountState SystemAccount(string tenant, SystemAccount system, string asset, List<AccountState> opened)
    {
        var id = LedgerId.ForSystemAccount(tenant, system, asset);
        if (Account(id) is { } account)
            return account;
        account = AccountState.OfSystem(tenant, system, asset, at);
        opened.Add(account);
        return account;
    }

    /// <summary>The accounts that a command touches on which something has expired and is not posted yet.</summary>
    public Guid[] DueBefore(Command command)
    {
        touched.Clear();
        command.Touch(this, touched);
        var due = 0;
        for (var i = 0; i < touched.Count; i++)
            if (IsDue(touched[i]))
                touched[due++] = touched[i];
        return due == 0 ? [] : [.. touched.Take(due)];
    }

    /// <summary>Whether something has expired on an account of a holder.</summary>
    public bool IsDue(Guid id) => Account(id) is { IsSystem: false } account && account.NextExpiry() <= at;

    /// <summary>Puts a record at the end of the block and applies its effects.</summary>
    public LedgerRecord Append(LedgerRecord record)
    {
        if (!record.IsKept)
            return Stamp(record);
        if (record.Accepted)
            Apply(record.Opened, record.Postings);
        return Add(record);
    }

    /// <summary>Opens accounts and applies postings that were just decided: their entries learn where those before them are.</summary>
    /// <returns>The postings.</returns>
    public Posting[] Apply(AccountState[] opened, Posting[] postings)
    {
        foreach (var account in opened)
            Set(account with { OpenedIn = blockNumber });
        foreach (var posting in postings)
            foreach (var entry in posting.Entries)
            {
                var account = Account(entry.Account)
                    ?? throw new LedgerCorruptException($"block {blockNumber}: account {entry.Account} was never opened");
                entry.Follow(account);
                Apply(account, entry);
            }
        return postings;
    }

    /// <summary>Puts a record whose postings are applied already at the end of the block.</summary>
    public LedgerRecord Add(LedgerRecord record)
    {
        Stamp(record);
        if (!record.IsKept)
            return record;
        ApplyRest(record, holderIsCurrent: true);
        Records.Add(record);
        known[record.Command.Id] = record;
        foreach (var posting in record.Postings)
            if (posting.Id != record.Command.Id)
                known[posting.Id] = record;
        foreach (var alias in record.Command.Aliases(record))
            known[alias] = record;
        return record;
    }

    private LedgerRecord Stamp(LedgerRecord record)
    {
        (record.Block, record.At, record.Rules) = (blockNumber, at, rules);
        return record;
    }

    /// <summary>
    /// Applies a record that is in the log. An account that was loaded as of a later block has the entry already and is
    /// left as it is.
    /// </summary>
    /// <exception cref="ProjectionLostException">An account is missing, or older than the log says.</exception>
    public void Replay(LedgerRecord record)
    {
        foreach (var opened in record.Opened)
            if (Account(opened.Id) is null)
                Set(opened with { OpenedIn = blockNumber });
        var holderIsCurrent = false;
        foreach (var entry in record.Postings.SelectMany(posting => posting.Entries))
        {
            if (Account(entry.Account) is not { } account || account.Sequence + 1 < entry.Sequence)
                throw new ProjectionLostException(
                    $"block {blockNumber}: account {entry.Account} is missing or older than entry {entry.Sequence - 1}");
            if (account.Sequence >= entry.Sequence)
                continue;
            Apply(account, entry);
            holderIsCurrent |= entry.Account == record.Hold?.Account;
        }
        ApplyRest(record, holderIsCurrent);
    }

    /// <summary>The accounts that owe something and have changed since it was last asked; null for none.</summary>
    public List<Guid>? TakeIndebted()
    {
        var taken = indebted;
        indebted = null;
        return taken;
    }

    private void Apply(AccountState account, Entry entry)
    {
        Set(account.After(entry, blockNumber));
        if (entry.Debt is { Amount: > 0 })
            (indebted ??= []).Add(account.Id);
    }

    /// <summary>From here on every change can be taken back by <see cref="Rollback"/>.</summary>
    public void Begin() => undo = [];

    public void Accept() => undo = null;

    public void Rollback()
    {
        for (var i = undo!.Count - 1; i >= 0; i--)
            if (undo[i].Before is { } before)
                accounts[undo[i].Id] = before;
            else
                accounts.Remove(undo[i].Id);
        undo = null;
    }

    private void ApplyRest(LedgerRecord record, bool holderIsCurrent)
    {
        if (record.Hold is { } hold)
        {
            holds[hold.Id] = hold;
            if (!holderIsCurrent)
                return;
            if (Account(hold.Account)!.After(hold) is { } changed)
                Set(changed);
        }
        if (record.ReversedTransfer is { } transfer)
            reversals[transfer] = new ReversedAmount(record.Reversed, record.TakenBack);
    }

    private void Set(AccountState account)
    {
        undo?.Add((account.Id, accounts.GetValueOrDefault(account.Id)));
        accounts[account.Id] = account;
    }
}
