using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

internal static class ReversalRules
{
    public static LedgerRecord Reverse(LedgerView view, ReverseTransfer command, long now)
    {
        var original = view.Known(command.Transfer)?.Postings.FirstOrDefault(posting => posting.Id == command.Transfer);
        if (original is null || !MayReverse(view, command, original))
            return LedgerRecord.Rejected(command, RejectionCode.TransferNotFound);
        if (ReferenceRules.IsTaken(view, command, command.Reference))
            return LedgerRecord.Rejected(command, RejectionCode.DuplicateReference);
        if (!IsReversible(view, original, command))
            return LedgerRecord.Rejected(command, RejectionCode.NotReversible);

        var reversed = view.Reversed(command.Transfer);
        var left = original.Amount - reversed;
        if (left == 0)
            return LedgerRecord.Rejected(command, RejectionCode.AlreadyReversed);
        var amount = command.Amount ?? left;
        if (amount > left)
            return LedgerRecord.Rejected(command, RejectionCode.ReversalExceedsTransfer, left, amount);

        var from = view.Account(original.Credit.Account)!;
        var to = view.Account(original.Debit.Account)!;
        if (!from.IsSystem && from.Available(now) < amount)
            return LedgerRecord.Rejected(command, RejectionCode.InsufficientFunds, from.Available(now), amount);
        if (view.Rules >= RulesVersion.Second)
            return Unwinding.Post(view, command, original, (from, to), (reversed, amount), now);
        var restored = original.Debit.Lots.Length == 0 ? [] : BurnDown.Restore(original.Debit.Lots, reversed, amount);
        var record = Entries.Post(view, command, command.Id, TransferKind.Reversal, from, to, amount, DrawReceived(from, amount, now), restored);
        return record.Accepted ? record with { Reversed = reversed + amount } : record;
    }

    // A grant is withdrawn by voiding it, and what has expired stays so.
    private static bool IsReversible(LedgerView view, Posting posting, ReverseTransfer command) =>
        posting.Amount > 0 && posting.Kind is not (TransferKind.Reversal or TransferKind.Expiry or TransferKind.Void)
        && (view.Rules < RulesVersion.Second
            ? Array.TrueForAll(posting.Credit.Lots, lot => lot.Terms.IsBase)
            : view.Known(command.Transfer)!.Command is not IssueGrant && posting.Debit.Account != posting.Credit.Account);

    private static bool MayReverse(LedgerView view, ReverseTransfer command, Posting original) =>
        view.Account(original.Entries[0].Account) is { } account && account.Tenant == command.Tenant
        && (command.Holder is null || original.Amount > 0 && AccountRules.IsVisible(view.Account(original.Credit.Account), command));

    // What was received went to the base lot, so it leaves from there as far as the limit allows, and only then from grants:
    // a transfer that is reversed at once leaves no trace, even where it had paid back an overdraft.
    private static LotChange[] DrawReceived(AccountState account, long amount, long now)
    {
        if (account.Lots.Length == 0)
            return [];
        var fromBase = (long)Int128.Clamp(account.BaseFree + account.CreditLimit, 0, amount);
        if (fromBase == amount)
            return [new LotChange(LotTerms.Base, -amount, 0)];
        var drawn = BurnDown.Draw(account with { Posted = account.Posted - fromBase }, amount - fromBase, now);
        return fromBase == 0 ? drawn : [new LotChange(LotTerms.Base, -fromBase, 0), .. drawn];
    }
}
