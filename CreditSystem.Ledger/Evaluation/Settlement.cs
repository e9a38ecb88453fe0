using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>
/// Posts what has expired on an account in the order in which it was due, each with the time when it was: the history of an
/// account is then the same whenever somebody looked.
/// </summary>
internal static class Settlement
{
    /// <param name="view">What the block has done so far.</param>
    /// <param name="id">The account.</param>
    /// <param name="now">The time of the block.</param>
    /// <param name="since">Nothing was due before: where a hold has just released what had expired meanwhile, now.</param>
    /// <returns>The records, each as it is posted: where the enumeration ends, the rest stays due.</returns>
    public static IEnumerable<LedgerRecord> InOrder(LedgerView view, Guid id, long now, long since)
    {
        // A lot that cannot be posted, because breakage would overflow, is left for another day.
        var stuck = new HashSet<Guid>();
        var latest = since;
        while (view.Account(id) is { } account && Next(account, stuck, latest) is { } next && next.DueAt <= now)
        {
            latest = next.DueAt;
            yield return Evaluator.Execute(view, next.Command);
            if (view.Account(id)!.Sequence == account.Sequence)
                stuck.Add(next.What);
        }
    }

    private static (long DueAt, Guid What, Command Command)? Next(AccountState account, HashSet<Guid> stuck, long latest)
    {
        (long DueAt, Guid What, Command Command)? next = null;
        // At the same time holds come first: what they release may be due as well.
        foreach (var hold in account.Holds)
            if (!stuck.Contains(hold.Id) && (next is null || (hold.ExpiresAt, hold.Id).CompareTo((next.Value.DueAt, next.Value.What)) < 0))
                next = (hold.ExpiresAt, hold.Id, new ExpireHold(LedgerId.Derive(hold.Id, "expiry", 0), account.Tenant, account.Id, hold.Id));
        foreach (var lot in account.Lots)
            if (lot.Free > 0 && lot.Terms.ExpiresAt is { } expiresAt && !stuck.Contains(lot.Terms.Id) && Math.Max(expiresAt, latest) is var dueAt && !(next?.DueAt <= dueAt))
                next = (dueAt, lot.Terms.Id, Expiry(account, lot, dueAt));
        return next;
    }

    // Several accounts may hold parts of one grant, and a part that a hold had set aside expires later than the rest.
    private static ExpireLot Expiry(AccountState account, Lot lot, long dueAt) =>
        new(LedgerId.Derive(account.Id, $"expiry of {lot.Terms.Id}", account.Sequence + 1), account.Tenant, account.Id, lot.Terms.Id) { DueAt = dueAt };
}
