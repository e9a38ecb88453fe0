using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Takes what a hold has set aside, at once or in parts.</summary>
/// <param name="Hold">Which one.</param>
/// <param name="Amount">Minor units, more than 0. Null: all that is left.</param>
/// <param name="Final">Release what is left after this capture.</param>
public sealed record CaptureHold(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Hold, long? Amount, bool Final)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<CaptureHold>
{
    static int IStoredCommand<CaptureHold>.Operation => 6;

    public override string Name => "capture";

    internal override string EventOf(Posting posting) => LedgerEvents.HoldCaptured;

    // What the last capture left of it is free again.
    internal override string? LastEventOf(LedgerRecord record) =>
        record.Hold is { Status: HoldStatus.Captured } hold && hold.Captured < hold.Amount ? LedgerEvents.HoldReleased : null;

    static CaptureHold IStoredCommand<CaptureHold>.Read(ref BsonReader reader, CommandHeader own) => new(
        own.Id, own.Fingerprint, own.Tenant, own.Holder,
        reader.Guid("target"u8), reader.OptionalInt64("amt"u8), reader.Flag("final"u8));

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("target"u8, Hold);
        writer.Int64("amt"u8, Amount);
        writer.Flag("final"u8, Final);
    }

    internal override void Require(LedgerView view, Needs needs)
    {
        base.Require(view, needs);
        HoldRules.Require(view, needs, Hold);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts)
    {
        if (view.Hold(Hold) is not { } hold)
            return;
        accounts.Add(hold.Account);
        if (view.Rules >= RulesVersion.Second)
            accounts.Add(hold.Destination.Id);
    }

    internal override LedgerRecord Execute(LedgerView view) => HoldRules.Released(view, base.Execute(view));

    internal override LedgerRecord Decide(LedgerView view)
    {
        if (HoldRules.RequireActive(view, this, Hold, out var hold) is { } refused)
            return refused;
        if (Amount > hold.Remaining)
            return Reject(RejectionCode.CaptureExceedsHold, hold.Remaining, Amount);

        var account = view.Account(hold.Account)!;
        var opened = new List<AccountState>();
        var destination = hold.Destination.IsSystem
            ? view.SystemAccount(account.Tenant, hold.Destination.System, account.Asset, opened)
            : view.Account(hold.Destination.Id)!;
        var carries = view.Rules >= RulesVersion.Second && !destination.IsSystem;
        // What a hold has set aside can be used up after its expiry, but not be given to another holder, with whom it would vanish.
        var usable = carries ? Array.FindAll(hold.Reservations, part => !(part.Terms.ExpiresAt <= view.At)) : hold.Reservations;
        var most = usable.Sum(part => part.Pinned);
        var amount = Amount ?? most;
        if (most == 0 || amount > most)
            return Reject(RejectionCode.GrantEnded, most, Amount ?? hold.Remaining);
        var taken = BurnDown.Release(usable, amount);
        var left = BurnDown.Subtract(hold.Reservations, taken);
        var closes = Final || amount == most;
        LotChange[] drawn = [.. taken.Select(part => new LotChange(part.Terms, -part.Pinned, -part.Pinned))];
        LotChange[] released = closes ? [.. left.Select(part => part with { Pinned = -part.Pinned })] : [];
        var releasedAmount = closes ? hold.Remaining : amount;
        var lots = Entries.WithoutBaseOnly([.. drawn, .. released]);
        var credited = carries ? BurnDown.Carry(lots) : [];
        var record = Entries.Post(view, this, Id, TransferKind.Capture, account, destination, amount, lots, credited, releasedAmount);
        if (!record.Accepted)
            return record;
        var status = closes ? HoldStatus.Captured : HoldStatus.Active;
        var after = hold with { Captured = hold.Captured + amount, Status = status, Reservations = closes ? [] : left };
        return record with { Opened = [.. opened], Hold = after };
    }
}
