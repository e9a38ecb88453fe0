using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger.Audit;

/// <summary>
/// What the entries of an account add up to, computed from the log without the evaluator's code: two computations that
/// share a mistake would agree.
/// </summary>
internal sealed class AuditedAccount(AccountState opened)
{
    private readonly Dictionary<Guid, (LotTerms Terms, long Remaining, long Pinned)> lots = [];

    public string Tenant => opened.Tenant;

    public long Sequence { get; private set; }

    public Int128 Posted { get; private set; }

    public Int128 Held { get; private set; }

    /// <summary>What is outside grants.</summary>
    public Int128 Base { get; private set; }

    /// <summary>The checks that the entry fails, by name, with where.</summary>
    public IEnumerable<(string Check, string Detail)> Apply(Entry entry, long block)
    {
        var (postedBefore, heldBefore) = (Posted, Held);
        Posted += entry.Amount;
        Held = entry.Held;
        if (entry.Sequence != ++Sequence || entry.Posted != Posted)
            yield return (InvariantAuditor.Entries, $"block {block}: entry {entry.Sequence} of account {entry.Account} does not follow from the one before");
        Base += entry.Amount;
        foreach (var change in entry.Lots)
            Change(change);
        if (entry.Lots.Length > 0 && (entry.Lots.Sum(lot => (decimal)lot.Amount) != entry.Amount || entry.Lots.Sum(lot => (decimal)lot.Pinned) != (decimal)(Held - heldBefore))
            || lots.Values.Any(lot => lot.Pinned < 0 || lot.Pinned > lot.Remaining || lot.Remaining > lot.Terms.Amount)
            || Base + lots.Values.Aggregate((Int128)0, (sum, lot) => sum + lot.Remaining) != Posted)
            yield return (InvariantAuditor.Lots, $"block {block}: the lots of account {entry.Account} do not add up to {Posted}");
        if (!opened.IsSystem && Posted - Held < -(Int128)opened.CreditLimit && Posted - Held < postedBefore - heldBefore)
            yield return (InvariantAuditor.Limits, $"block {block}: account {entry.Account} is at {Posted - Held}, below its limit of -{opened.CreditLimit}");
    }

    /// <summary>Whether the projection says the same, where it is at the same entry.</summary>
    public bool Agrees(AccountState account) =>
        account.Sequence != Sequence
        || account.Posted == Posted && account.Held == Held && account.Lots.Length == lots.Count
        && Array.TrueForAll(account.Lots, lot => lots.TryGetValue(lot.Terms.Id, out var own) && (own.Remaining, own.Pinned) == (lot.Remaining, lot.Pinned));

    private void Change(LotChange change)
    {
        if (change.Terms.IsBase)
            return;
        Base -= change.Amount;
        var lot = lots.GetValueOrDefault(change.Terms.Id, (change.Terms, 0, 0));
        lot = (change.Terms, lot.Remaining + change.Amount, lot.Pinned + change.Pinned);
        if (lot is { Remaining: 0, Pinned: 0 })
            lots.Remove(change.Terms.Id);
        else
            lots[change.Terms.Id] = lot;
    }
}
