using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

internal static class TransferRules
{
    public static LedgerRecord Move(LedgerView view, MoveCredits command, long now)
    {
        if (ReferenceRules.IsTaken(view, command, command.Reference))
            return LedgerRecord.Rejected(command, RejectionCode.DuplicateReference);
        if (Refuse(view, command, out var asset) is { } code)
            return LedgerRecord.Rejected(command, code);

        var opened = new List<AccountState>();
        var from = Resolve(view, command, command.From, asset, now, opened);
        var to = Resolve(view, command, command.To, asset, now, opened);
        if (!from.IsSystem && from.Available(now) < command.Amount)
            return LedgerRecord.Rejected(command, RejectionCode.InsufficientFunds, from.Available(now), command.Amount);
        var betweenHolders = view.Rules >= RulesVersion.Second && !from.IsSystem && !to.IsSystem;
        var paidOnly = betweenHolders && command.Grants == GrantTransfer.PaidOnly;
        if (paidOnly && from.Available(now) - BurnDown.PromotionalFree(from, now) is var paid && paid < command.Amount)
            return LedgerRecord.Rejected(command, RejectionCode.NotTransferable, (long)Int128.Max(paid, 0), command.Amount);
        var drawn = BurnDown.Draw(from, command.Amount, now, paidOnly);
        var record = Entries.Post(view, command, command.Id, command.Kind, from, to, command.Amount, drawn, betweenHolders ? BurnDown.Carry(drawn) : []);
        return opened.Count == 0 || !record.Accepted ? record : record with { Opened = [.. opened] };
    }

    public static LedgerRecord MoveAtomically(LedgerView view, MoveCreditsAtomically command, long now)
    {
        var postings = new List<Posting>(command.Items.Length);
        var opened = new List<AccountState>();
        var references = new HashSet<string>(StringComparer.Ordinal);
        view.Begin();
        for (var i = 0; i < command.Items.Length; i++)
        {
            var item = command.Items[i];
            var record = item.Reference is { } reference && !references.Add(ReferenceRules.KeyOf(view, reference))
                ? LedgerRecord.Rejected(item, RejectionCode.DuplicateReference)
                : Move(view, item, now);
            if (record.Rejection is { } rejection)
            {
                view.Rollback();
                return new LedgerRecord(command, rejection with { Index = i });
            }
            opened.AddRange(record.Opened);
            postings.AddRange(view.Apply(record.Opened, record.Postings));
        }
        view.Accept();
        return new LedgerRecord(command, null) { Postings = [.. postings], Opened = [.. opened] };
    }

    private static RejectionCode? Refuse(LedgerView view, MoveCredits command, out string asset)
    {
        var from = command.From.IsSystem ? null : view.Account(command.From.Id);
        var to = command.To.IsSystem ? null : view.Account(command.To.Id);
        asset = from?.Asset ?? to?.Asset ?? command.Asset ?? "";
        if (!command.From.IsSystem && !AccountRules.IsVisible(from, command))
            return RejectionCode.AccountNotFound;
        if (!command.To.IsSystem && (to is null || to.Tenant != command.Tenant))
            return RejectionCode.AccountNotFound;
        if (command.Holder is not null && command.From.IsSystem)
            return RejectionCode.AccountNotFound;
        if (command.Asset is { } named && named != asset || from is not null && to is not null && from.Asset != to.Asset)
            return RejectionCode.AssetMismatch;
        if (view.Rules < RulesVersion.Second ? command.From == command.To : IdOf(command, command.From, asset) == IdOf(command, command.To, asset))
            return RejectionCode.SameAccount;
        return AllowsKind(command.Kind, command.From.IsSystem || from!.IsSystem, command.To.IsSystem || to!.IsSystem) ? null : RejectionCode.KindNotAllowed;
    }

    // An account is known by its id whichever of its names is used.
    private static Guid IdOf(Command command, AccountRef account, string asset) =>
        account.IsSystem ? LedgerId.ForSystemAccount(command.Tenant, account.System, asset) : account.Id;

    // What comes into being comes out of a system account, and what is used up goes into one.
    private static bool AllowsKind(TransferKind kind, bool fromSystem, bool toSystem) => kind switch
    {
        TransferKind.Purchase or TransferKind.Reward or TransferKind.Grant => fromSystem,
        TransferKind.Burn => toSystem,
        TransferKind.Adjustment or TransferKind.Refund => fromSystem || toSystem,
        _ => true,
    };

    private static AccountState Resolve(LedgerView view, Command command, AccountRef account, string asset, long now, List<AccountState> opened) =>
        account.IsSystem ? AccountRules.System(view, command.Tenant, account.System, asset, now, opened) : view.Account(account.Id)!;
}
