using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>Posts what has expired on an account.</summary>
internal static class Settlement
{
    /// <summary>One record at a time: where the enumeration ends, the rest stays due.</summary>
    public static IEnumerable<LedgerRecord> Of(LedgerView view, Guid account) =>
        view.Rules >= RulesVersion.Second ? InOrder(view, account, since: long.MinValue) : HoldsFirst(view, account);

    public static void Post(IEnumerable<LedgerRecord> records) => _ = records.Count();

    /// <summary>
    /// In the order in which it was due, each with the time when it was: the history of an account is then the same whenever
    /// somebody looked.
    /// </summary>
    /// <param name="view">What the block has done so far.</param>
    /// <param name="id">The account.</param>
    /// <param name="since">Nothing was due before: where a hold has just released what had expired meanwhile, now.</param>
    public static IEnumerable<LedgerRecord> InOrder(LedgerView view, Guid id, long since)
    {
        // A lot that cannot be posted, because breakage would overflow, is left for another day.
        var stuck = new HashSet<Guid>();
        var latest = since;
        while (view.Account(id) is { } account && Next(account, stuck, latest) is { } next && next.DueAt <= view.At)
        {
            latest = next.DueAt;
            yield return Evaluator.Execute(view, next.Command);
            if (view.Account(id)!.Sequence == account.Sequence)
                stuck.Add(next.What);
        }
    }

    // The first rules. What holds release may have expired too, so they come first.
    private static IEnumerable<LedgerRecord> HoldsFirst(LedgerView view, Guid id)
    {
        var due = view.Account(id)!.Holds.Where(hold => hold.ExpiresAt <= view.At);
        foreach (var hold in due.OrderBy(hold => hold.ExpiresAt).ThenBy(hold => hold.Id))
            yield return Evaluator.Execute(view, Expiry(view.Account(id)!, hold));
        foreach (var lot in view.Account(id)!.Lots.Where(lot => lot.IsDue(view.At)))
        {
            // A lot expires in parts when holds reserve some of it: the next entry's number tells the parts apart.
            var account = view.Account(id)!;
            var expiry = LedgerId.Derive(lot.Terms.Id, "expiry", account.Sequence + 1);
            yield return Evaluator.Execute(view, new ExpireLot(expiry, account.Tenant, id, lot.Terms.Id));
        }
    }

    private static (long DueAt, Guid What, Command Command)? Next(AccountState account, HashSet<Guid> stuck, long latest)
    {
        (long DueAt, Guid What, Command Command)? next = null;
        // At the same time holds come first: what they release may be due as well.
        foreach (var hold in account.Holds)
            if (!stuck.Contains(hold.Id) && (next is null || (hold.ExpiresAt, hold.Id).CompareTo((next.Value.DueAt, next.Value.What)) < 0))
                next = (hold.ExpiresAt, hold.Id, Expiry(account, hold));
        foreach (var lot in account.Lots)
            if (lot.Free > 0 && lot.Terms.ExpiresAt is { } expiresAt && !stuck.Contains(lot.Terms.Id)
                && Math.Max(expiresAt, latest) is var dueAt && !(next?.DueAt <= dueAt))
                next = (dueAt, lot.Terms.Id, Expiry(account, lot, dueAt));
        return next;
    }

    private static ExpireHold Expiry(AccountState account, OpenHold hold) =>
        new(LedgerId.Derive(hold.Id, "expiry", 0), account.Tenant, account.Id, hold.Id);

    // Several accounts may hold parts of one grant, and a part that a hold had set aside expires later than the rest.
    private static ExpireLot Expiry(AccountState account, Lot lot, long dueAt)
    {
        var id = LedgerId.Derive(account.Id, $"expiry of {lot.Terms.Id}", account.Sequence + 1);
        return new(id, account.Tenant, account.Id, lot.Terms.Id) { DueAt = dueAt };
    }
}
