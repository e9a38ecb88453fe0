using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>
/// A reversal from the second version of the rules on. Between holders the receiver returns the very credits that it got, or
/// others with their own terms. Out of a system account the grants that had paid get their credits back; those of a grant that
/// has ended meanwhile go where the grant's went, in the same record, so that the answer can say so.
/// </summary>
internal static class Unwinding
{
    public static LedgerRecord Post(
        LedgerView view, ReverseTransfer command, Posting original,
        (AccountState From, AccountState To) accounts, (ReversedAmount Before, long Amount) part, long now)
    {
        var (from, to) = accounts;
        var betweenHolders = !from.IsSystem && !to.IsSystem;
        var slices = original.Debit.Lots.Length == 0 ? [] : BurnDown.Restore(original.Debit.Lots, part.Before.Total, part.Amount);
        var paidOnly = betweenHolders && command.Grants == GrantTransfer.PaidOnly;
        if (!TryReturn(from, slices, part.Amount, now, paidOnly, out var drawn, out var most))
            return command.Reject(RejectionCode.NotTransferable, most, part.Amount);
        var credited = to.IsSystem ? [] : betweenHolders ? BurnDown.Carry(drawn) : slices;
        // Only of the grants that had paid is it looked up whether they were voided.
        var voided = slices.Select(change => change.Terms.Id)
            .Where(grant => view.Find(LedgerId.ForVoidedGrant(grant, to.Id)) is not null).ToHashSet();
        var ended = Ended(credited, voided, now);
        if (ended.Count > 0 && command.Policy == ReversalPolicy.Refuse)
            return command.Reject(RejectionCode.GrantEnded, part.Amount - ended.Sum(change => change.Amount), part.Amount);
        if (command.Policy == ReversalPolicy.Extend)
        {
            credited =
            [
                .. credited.Select((change, index) =>
                    IsExpired(change, voided, now) ? change with { Terms = Extended(command, change, index, now) } : change),
            ];
            ended = Ended(credited, voided, now);
        }
        var record = Entries.Post(view, command, command.Id, TransferKind.Reversal, from, to, part.Amount, drawn, credited);
        if (!record.Accepted)
            return record;
        record = record with { Reversed = part.Before.Total + part.Amount, TakenBack = part.Before.TakenBack };
        return Finish(view, record, to.Id, ended, voided);
    }

    /// <summary>The ids under which the log knows whether the grants of a posting were voided.</summary>
    public static IEnumerable<Guid> VoidsOf(Posting posting)
    {
        foreach (var entry in posting.Entries)
            foreach (var change in entry.Lots)
                if (change is { Terms.IsBase: false, Amount: < 0 })
                    yield return LedgerId.ForVoidedGrant(change.Terms.Id, entry.Account);
    }

    // The lots that were received first, then what is outside grants as far as the limit allows, and only then other grants: a
    // transfer that is reversed at once leaves no trace, even where it had paid back an overdraft.
    private static bool TryReturn(
        AccountState account, LotChange[] slices, long amount, long now, bool paidOnly, out LotChange[] drawn, out long most)
    {
        drawn = [];
        most = amount;
        if (account.Lots.Length == 0)
            return true;
        var (left, returned) = (amount, new List<LotChange>());
        foreach (var slice in slices)
            if (Array.Find(account.Lots, lot => lot.Terms.Id == slice.Terms.Id && lot.Terms.EffectiveAt <= now) is { Free: > 0 } lot
                && Math.Min(Math.Min(lot.Free, slice.Amount), left) is > 0 and var part)
            {
                returned.Add(new LotChange(lot.Terms, -part, 0));
                left -= part;
            }
        var fromBase = (long)Int128.Clamp(account.BaseFree + account.CreditLimit, 0, left);
        var posted = account.Posted - (amount - left) - fromBase;
        var rest = account with { Posted = posted, Lots = BurnDown.Change(account.Lots, [.. returned]) };
        if (fromBase > 0)
            returned.Add(new LotChange(LotTerms.Base, -fromBase, 0));
        left -= fromBase;
        if (left > 0 && paidOnly && rest.Available(now) - BurnDown.PromotionalFree(rest, now) is var paid && paid < left)
        {
            most = (long)Int128.Max(amount - left + paid, 0);
            return false;
        }
        drawn = Entries.WithoutBaseOnly(left > 0 ? [.. returned, .. BurnDown.Draw(rest, left, now, paidOnly)] : [.. returned]);
        return true;
    }

    /// <summary>What of it belongs to grants that are over.</summary>
    public static List<LotChange> Ended(LotChange[] credited, HashSet<Guid> voided, long now) =>
        [.. credited.Where(change => !change.Terms.IsBase && (change.Terms.ExpiresAt <= now || voided.Contains(change.Terms.Id)))];

    private static bool IsExpired(LotChange change, HashSet<Guid> voided, long now) =>
        change.Terms.ExpiresAt <= now && !voided.Contains(change.Terms.Id);

    private static LotTerms Extended(ReverseTransfer command, LotChange change, int index, long now)
    {
        var terms = change.Terms;
        var expiresAt = (long)Int128.Min((Int128)now + terms.ExpiresAt!.Value - terms.EffectiveAt, long.MaxValue);
        var id = LedgerId.ForExtendedGrant(command.Id, index);
        return new LotTerms(id, change.Amount, terms.Priority, expiresAt, terms.Promotional, now, now, terms.Source)
        {
            Debt = terms.Debt,
        };
    }

    // What came back to a grant that has ended goes on at once: to the grant's source where it was voided, else to breakage.
    public static LedgerRecord Finish(LedgerView view, LedgerRecord record, Guid account, List<LotChange> ended, HashSet<Guid> voided)
    {
        var opened = new List<AccountState>();
        view.Begin();
        var postings = new List<Posting>(view.Apply([], record.Postings));
        foreach (var change in ended)
        {
            var holder = view.Account(account)!;
            var (target, kind) = voided.Contains(change.Terms.Id)
                ? (change.Terms.Source, TransferKind.Void)
                : (SystemAccount.Breakage, TransferKind.Expiry);
            var before = opened.Count;
            var receiver = view.SystemAccount(holder.Tenant, target, holder.Asset, opened);
            var id = LedgerId.Derive(record.Command.Id, "ended", postings.Count);
            LotChange[] drawn = [new LotChange(change.Terms, -change.Amount, 0)];
            var onward = Entries.Post(view, record.Command, id, kind, holder, receiver, change.Amount, drawn, []);
            if (onward.Rejection is { } rejection)
            {
                view.Rollback();
                return new LedgerRecord(record.Command, rejection);
            }
            postings.AddRange(view.Apply([.. opened.Skip(before)], onward.Postings));
        }
        view.Accept();
        return record with { Postings = [.. postings], Opened = [.. opened] };
    }
}
