using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger.Evaluation;

internal static class HoldRules
{
    public static LedgerRecord Place(LedgerView view, PlaceHold command, long now)
    {
        var account = view.Account(command.Account);
        if (!AccountRules.IsVisible(account, command))
            return LedgerRecord.Rejected(command, RejectionCode.AccountNotFound);
        if (account!.IsSystem)
            return LedgerRecord.Rejected(command, RejectionCode.KindNotAllowed);
        if (!command.Destination.IsSystem && view.Find(command.Tenant, command.Destination, null) is null)
            return LedgerRecord.Rejected(command, RejectionCode.AccountNotFound);
        if (!command.Destination.IsSystem && view.Account(command.Destination.Id)!.Asset != account.Asset)
            return LedgerRecord.Rejected(command, RejectionCode.AssetMismatch);
        if (command.Destination.Id == command.Account)
            return LedgerRecord.Rejected(command, RejectionCode.SameAccount);
        if (command.ExpiresAt <= now)
            return LedgerRecord.Rejected(command, RejectionCode.AlreadyExpired);
        if (command.Reference is { } reference && view.Known(LedgerId.ForReference(command.Tenant, reference)) is not null)
            return LedgerRecord.Rejected(command, RejectionCode.DuplicateReference);
        // A hold never draws overdraft.
        var free = (long)Int128.Clamp(account.Uncommitted(now), long.MinValue, long.MaxValue);
        if (free < command.Amount)
            return LedgerRecord.Rejected(command, RejectionCode.InsufficientFunds, Math.Max(free, 0), command.Amount);

        var pins = BurnDown.Pin(account, command.Amount, now);
        var hold = new HoldState(command.Id, account.Id, command.Destination, command.Amount, 0, HoldStatus.Active, command.ExpiresAt, now, pins);
        return LedgerRecord.Posted(command, Entries.Reserve(command.Id, TransferKind.Hold, account, command.Amount, pins)) with { Hold = hold };
    }

    public static LedgerRecord Capture(LedgerView view, CaptureHold command, long now)
    {
        if (Active(view, command, command.Hold, out var hold) is { } refused)
            return refused;
        var amount = command.Amount ?? hold.Remaining;
        if (amount > hold.Remaining)
            return LedgerRecord.Rejected(command, RejectionCode.CaptureExceedsHold, hold.Remaining, amount);

        var account = view.Account(hold.Account)!;
        var opened = new List<AccountState>();
        var destination = hold.Destination.IsSystem
            ? AccountRules.System(view, account.Tenant, hold.Destination.System, account.Asset, now, opened)
            : view.Account(hold.Destination.Id)!;
        var taken = BurnDown.Unpin(hold.Pins, amount);
        var left = BurnDown.Without(hold.Pins, taken);
        var closes = command.Final || left.Length == 0;
        LotChange[] drawn = [.. taken.Select(pin => new LotChange(pin.Terms, -pin.Pinned, -pin.Pinned))];
        LotChange[] released = closes ? [.. left.Select(pin => pin with { Pinned = -pin.Pinned })] : [];
        var releasedAmount = closes ? hold.Remaining : amount;
        var lots = Entries.WithoutBaseOnly([.. drawn, .. released]);
        var record = Entries.Post(command, command.Id, TransferKind.Capture, account, destination, amount, lots, [], releasedAmount);
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
