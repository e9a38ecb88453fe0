using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Releases a hold that has expired. Issued by the ledger itself, lazily or by the sweeper.</summary>
public sealed record ExpireHold(Guid Id, string Tenant, Guid Account, Guid Hold)
    : Command(Id, [], Tenant, null), IStoredCommand<ExpireHold>
{
    static int IStoredCommand<ExpireHold>.Operation => 11;

    public override string Name => "hold_expiry";

    internal override Guid? ExpiringAccount => Account;

    internal override string EventOf(Posting posting) => LedgerEvents.HoldExpired;

    internal override long TookEffectAt(LedgerRecord record) => record.Hold is { } hold ? Math.Min(hold.ExpiresAt, record.At) : record.At;

    static ExpireHold IStoredCommand<ExpireHold>.Read(ref BsonReader reader, CommandHeader own) =>
        new(own.Id, own.Tenant, reader.Guid("acct"u8), reader.Guid("target"u8));

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("acct"u8, Account);
        writer.Guid("target"u8, Hold);
    }

    internal override LedgerRecord Decide(LedgerView view) =>
        view.Hold(Hold) is { Status: HoldStatus.Active } hold && hold.ExpiresAt <= view.At
            ? HoldRules.Release(view, this, hold, HoldStatus.Expired, TransferKind.Expiry)
            : Reject(RejectionCode.HoldNotActive);
}
