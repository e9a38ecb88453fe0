using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Verification;

/// <summary>What is left of a grant, as the entries say.</summary>
public readonly record struct VerifiedLot(long Amount, long Remaining, long Pinned);

/// <summary>
/// What the entries of an account add up to, computed from the log without the evaluator's code: two computations that
/// share a mistake would agree.
/// </summary>
public sealed class VerifiedAccount(Guid id, string tenant, bool isSystem, long creditLimit)
{
    private long limit = creditLimit;

    public Guid Id => id;

    public string Tenant => tenant;

    public bool IsSystem => isSystem;

    public long CreditLimit => limit;

    public long Sequence { get; set; }

    public Int128 Posted { get; set; }

    public Int128 Held { get; set; }

    /// <summary>What it owes.</summary>
    public Int128 Debt { get; set; }

    /// <summary>What is outside grants.</summary>
    public Int128 Base { get; set; }

    public Dictionary<Guid, VerifiedLot> Lots { get; init; } = [];

    public static VerifiedAccount Opened(AccountState opened, long block) =>
        new(opened.Id, opened.Tenant, opened.IsSystem, opened.CreditLimit) { LastBlock = block };

    /// <summary>The block of the last entry that was applied.</summary>
    public long LastBlock { get; set; }

    /// <summary>
    /// What it was as of when it was read: a kill between storing accounts and storing the mark leaves accounts ahead of it.
    /// </summary>
    public long StoredBlock { get; init; }

    /// <summary>What does not hold of the entry.</summary>
    public IEnumerable<Finding> Apply(Entry entry, TransferKind kind, long block)
    {
        if (block <= StoredBlock)
            yield break;
        LastBlock = block;
        var (postedBefore, heldBefore) = (Posted, Held);
        Posted += entry.Amount;
        Held = entry.Held;
        if (entry.Sequence != ++Sequence || entry.Posted != Posted)
            yield return Find(LedgerChecks.Entries, block, $"entry {entry.Sequence} of account {id} does not follow from the one before");
        var debtBefore = Debt;
        Debt = entry.Debt?.Amount ?? 0;
        if (!Explains(kind, entry.Amount, Debt - debtBefore))
            yield return Find(LedgerChecks.Debts, block, $"account {id} owes {Debt} after {debtBefore}");
        if (kind == TransferKind.AccountChange != entry.Terms is not null || entry.Terms is not null && entry.Amount != 0)
            yield return Find(LedgerChecks.Entries, block, $"entry {entry.Sequence} of account {id} changes it as its kind does not say");
        limit = entry.Terms?.CreditLimit ?? limit;
        Base += entry.Amount;
        foreach (var change in entry.Lots)
            Change(change);
        if (entry.Lots.Length > 0
            && (entry.Lots.Sum(lot => (decimal)lot.Amount) != entry.Amount
            || entry.Lots.Sum(lot => (decimal)lot.Pinned) != (decimal)(Held - heldBefore))
            || Lots.Values.Any(lot => lot.Pinned < 0 || lot.Pinned > lot.Remaining || lot.Remaining > lot.Amount)
            || Base + Lots.Values.Aggregate((Int128)0, (sum, lot) => sum + lot.Remaining) != Posted)
            yield return Find(LedgerChecks.Lots, block, $"the lots of account {id} do not add up to {Posted}");
        if (!isSystem && Posted - Held < -(Int128)limit && Posted - Held < postedBefore - heldBefore)
            yield return Find(LedgerChecks.Limits, block, $"account {id} is at {Posted - Held}, below its limit of -{limit}");
    }

    /// <summary>Whether what is served says the same, where it is at the same entry.</summary>
    public bool Agrees(AccountState account) =>
        account.Sequence != Sequence
        || account.Posted == Posted && account.CreditLimit == limit && account.Held == Held && account.Owed == Debt
        && account.Lots.Length == Lots.Count
        && Array.TrueForAll(account.Lots, lot =>
            Lots.TryGetValue(lot.Terms.Id, out var own) && (own.Remaining, own.Pinned) == (lot.Remaining, lot.Pinned));

    // What is collected is paid; no other movement of credits changes what is owed.
    private bool Explains(TransferKind kind, long amount, Int128 change) => Debt >= 0 && kind switch
    {
        TransferKind.Debt => amount == 0 && change > 0,
        TransferKind.Relief or TransferKind.Forgiveness => amount == 0 && change < 0,
        TransferKind.Collection when !isSystem => amount < 0 && change == amount,
        _ => change == 0,
    };

    private Finding Find(string check, long block, string detail) => new(tenant, check, id, block, $"block {block}: {detail}");

    private void Change(LotChange change)
    {
        if (change.Terms.IsBase)
            return;
        Base -= change.Amount;
        var lot = Lots.GetValueOrDefault(change.Terms.Id, new VerifiedLot(change.Terms.Amount, 0, 0));
        lot = new VerifiedLot(change.Terms.Amount, lot.Remaining + change.Amount, lot.Pinned + change.Pinned);
        if (lot is { Remaining: 0, Pinned: 0 })
            Lots.Remove(change.Terms.Id);
        else
            Lots[change.Terms.Id] = lot;
    }
}
