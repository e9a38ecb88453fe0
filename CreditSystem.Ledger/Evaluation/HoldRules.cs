using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

internal static class HoldRules
{
    public static LedgerRecord Place(LedgerView view, PlaceHold command, long now)
    {
        var account = view.Account(command.Account);
        if (!AccountRules.IsVisible(account, command))
            return LedgerRecord.Rejected(command, RejectionCode.AccountNotFound);
        if (account!.IsSystem)
            return LedgerRecord.Rejected(command, RejectionCode.KindNotAllowed);
        var receiver = command.Destination.IsSystem ? null : view.Find(command.Tenant, command.Destination, null);
        if (!command.Destination.IsSystem && receiver is null)
            return LedgerRecord.Rejected(command, RejectionCode.AccountNotFound);
        if (receiver is not null && receiver.Asset != account.Asset || command.Asset is { } asset && asset != account.Asset)
            return LedgerRecord.Rejected(command, RejectionCode.AssetMismatch);
        if (command.Destination.Id == command.Account)
            return LedgerRecord.Rejected(command, RejectionCode.SameAccount);
        if (command.ExpiresAt <= now)
            return LedgerRecord.Rejected(command, RejectionCode.AlreadyExpired);
        if (ReferenceRules.IsTaken(view, command, command.Reference))
            return LedgerRecord.Rejected(command, RejectionCode.DuplicateReference);
        // A hold never draws overdraft.
        var free = (long)Int128.Clamp(account.Uncommitted(now), long.MinValue, long.MaxValue);
        if (free < command.Amount)
            return LedgerRecord.Rejected(command, RejectionCode.InsufficientFunds, Math.Max(free, 0), command.Amount);
        var paidOnly = view.Rules >= RulesVersion.Second && command.Grants == GrantTransfer.PaidOnly && receiver is { IsSystem: false };
        if (paidOnly && account.Uncommitted(now) - BurnDown.PromotionalFree(account, now) is var paid && paid < command.Amount)
            return LedgerRecord.Rejected(command, RejectionCode.NotTransferable, (long)Int128.Max(paid, 0), command.Amount);

        var pins = BurnDown.Pin(account, command.Amount, now, paidOnly);
        var hold = new HoldState(command.Id, account.Id, command.Destination, command.Amount, 0, HoldStatus.Active, command.ExpiresAt, now, pins);
        return LedgerRecord.Posted(command, Entries.Reserve(command.Id, TransferKind.Hold, account, command.Amount, pins)) with { Hold = hold };
    }

    public static LedgerRecord Capture(LedgerView view, CaptureHold command, long now)
    {
        if (Active(view, command, command.Hold, out var hold) is { } refused)
            return refused;
        if (command.Amount > hold.Remaining)
            return LedgerRecord.Rejected(command, RejectionCode.CaptureExceedsHold, hold.Remaining, command.Amount);

        var account = view.Account(hold.Account)!;
        var opened = new List<AccountState>();
        var destination = hold.Destination.IsSystem
            ? AccountRules.System(view, account.Tenant, hold.Destination.System, account.Asset, now, opened)
            : view.Account(hold.Destination.Id)!;
        var carries = view.Rules >= RulesVersion.Second && !destination.IsSystem;
        // What a hold has set aside can be used up after its expiry, but not be given to another holder, with whom it would vanish.
        var usable = carries ? Array.FindAll(hold.Pins, pin => !(pin.Terms.ExpiresAt <= now)) : hold.Pins;
        var most = usable.Sum(pin => pin.Pinned);
        var amount = command.Amount ?? most;
        if (most == 0 || amount > most)
            return LedgerRecord.Rejected(command, RejectionCode.GrantEnded, most, command.Amount ?? hold.Remaining);
        var taken = BurnDown.Unpin(usable, amount);
        var left = BurnDown.Without(hold.Pins, taken);
        var closes = command.Final || amount == most;
        LotChange[] drawn = [.. taken.Select(pin => new LotChange(pin.Terms, -pin.Pinned, -pin.Pinned))];
        LotChange[] released = closes ? [.. left.Select(pin => pin with { Pinned = -pin.Pinned })] : [];
        var releasedAmount = closes ? hold.Remaining : amount;
        var lots = Entries.WithoutBaseOnly([.. drawn, .. released]);
        var record = Entries.Post(view, command, command.Id, TransferKind.Capture, account, destination, amount, lots, carries ? BurnDown.Carry(lots) : [], releasedAmount);
        if (!record.Accepted)
            return record;
        var status = closes ? HoldStatus.Captured : HoldStatus.Active;
        return record with { Opened = [.. opened], Hold = hold with { Captured = hold.Captured + amount, Status = status, Pins = closes ? [] : left } };
    }

    public static LedgerRecord Void(LedgerView view, VoidHold command) =>
        Active(view, command, command.Hold, out var hold) ?? Release(view, command, hold, HoldStatus.Voided, TransferKind.Void);

    public static LedgerRecord Expire(LedgerView view, ExpireHold command, long now)
    {
        var hold = view.Hold(command.Hold);
        return hold is { Status: HoldStatus.Active } && hold.ExpiresAt <= now
            ? Release(view, command, hold, HoldStatus.Expired, TransferKind.Expiry)
            : LedgerRecord.Rejected(command, RejectionCode.HoldNotActive);
    }

    private static LedgerRecord Release(LedgerView view, Command command, HoldState hold, HoldStatus status, TransferKind kind)
    {
        var account = view.Account(hold.Account)!;
        LotChange[] released = [.. hold.Pins.Select(pin => pin with { Pinned = -pin.Pinned })];
        return LedgerRecord.Posted(command, Entries.Reserve(command.Id, kind, account, -hold.Remaining, released))
            with
        { Hold = hold with { Status = status, Pins = [] } };
    }

    private static LedgerRecord? Active(LedgerView view, Command command, Guid id, out HoldState hold)
    {
        hold = view.Hold(id)!;
        if (hold is null || !AccountRules.IsVisible(view.Account(hold.Account), command))
            return LedgerRecord.Rejected(command, RejectionCode.HoldNotFound);
        return hold.Status == HoldStatus.Active
            ? null
            : new LedgerRecord(command, new Rejection(RejectionCode.HoldNotActive, State: hold.Status));
    }
}
