using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

internal static class GrantRules
{
    public static LedgerRecord Issue(LedgerView view, IssueGrant command, long now)
    {
        var account = view.Account(command.Account);
        if (!AccountRules.IsVisible(account, command))
            return LedgerRecord.Rejected(command, RejectionCode.AccountNotFound);
        if (account!.IsSystem)
            return LedgerRecord.Rejected(command, RejectionCode.KindNotAllowed);
        if (command.Asset is { } asset && asset != account.Asset)
            return LedgerRecord.Rejected(command, RejectionCode.AssetMismatch);
        if (command.ExpiresAt <= Math.Max(now, command.EffectiveAt ?? now))
            return LedgerRecord.Rejected(command, RejectionCode.AlreadyExpired);
        if (ReferenceRules.IsTaken(view, command, command.Reference))
            return LedgerRecord.Rejected(command, RejectionCode.DuplicateReference);

        var opened = new List<AccountState>();
        var source = AccountRules.System(view, command.Tenant, command.Source, account.Asset, now, opened);
        var terms = new LotTerms(
            command.Id, command.Amount, command.Priority, command.ExpiresAt, command.Promotional, command.EffectiveAt ?? now, now, command.Source);
        var record = Entries.Post(
            view, command, command.Id, TransferKind.Grant, source, account, command.Amount, [], [new LotChange(terms, command.Amount, 0)]);
        return record.Accepted ? record with { Opened = [.. opened] } : record;
    }

    /// <summary>Returns what is left of a grant to where it came from.</summary>
    public static LedgerRecord Void(LedgerView view, VoidGrant command)
    {
        var account = view.Account(command.Account);
        if (!AccountRules.IsVisible(account, command))
            return LedgerRecord.Rejected(command, RejectionCode.GrantNotFound);
        var lot = account!.Lots.FirstOrDefault(lot => lot.Terms.Id == command.Grant);
        if (lot is null)
            return LedgerRecord.Rejected(command, RejectionCode.GrantNotActive);
        return lot.Pinned > 0
            ? LedgerRecord.Rejected(command, RejectionCode.GrantHeld, lot.Free, lot.Remaining)
            : Withdraw(view, command, account, lot, lot.Terms.Source, TransferKind.Void, account.OpenedAt);
    }

    public static LedgerRecord Expire(LedgerView view, ExpireLot command, long now)
    {
        var account = view.Account(command.Account);
        var lot = account?.Lots.FirstOrDefault(lot => lot.Terms.Id == command.Lot);
        return lot is not null && lot.IsDue(now)
            ? Withdraw(view, command, account!, lot, SystemAccount.Breakage, TransferKind.Expiry, now)
            : LedgerRecord.Rejected(command, RejectionCode.GrantNotActive);
    }

    private static LedgerRecord Withdraw(
        LedgerView view, Command command, AccountState account, Lot lot, SystemAccount target, TransferKind kind, long now)
    {
        var opened = new List<AccountState>();
        var receiver = AccountRules.System(view, account.Tenant, target, account.Asset, now, opened);
        var record = Entries.Post(view, command, command.Id, kind, account, receiver, lot.Free, [new LotChange(lot.Terms, -lot.Free, 0)], []);
        return record.Accepted ? record with { Opened = [.. opened] } : record;
    }
}
