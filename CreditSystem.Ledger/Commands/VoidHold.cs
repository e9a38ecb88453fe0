using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Releases what a hold has set aside.</summary>
/// <param name="Hold">Which one.</param>
public sealed record VoidHold(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Hold)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<VoidHold>
{
    static int IStoredCommand<VoidHold>.Operation => 7;

    public override string Name => "void";

    internal override string EventOf(Posting posting) => LedgerEvents.HoldVoided;

    static VoidHold IStoredCommand<VoidHold>.Read(ref BsonReader reader, CommandHeader own) =>
        new(own.Id, own.Fingerprint, own.Tenant, own.Holder, reader.Guid("target"u8));

    internal override void Write(BsonWriter writer) => writer.Guid("target"u8, Hold);

    internal override void Require(LedgerView view, Needs needs)
    {
        base.Require(view, needs);
        HoldRules.Require(view, needs, Hold);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts)
    {
        if (view.Hold(Hold) is { } hold)
            accounts.Add(hold.Account);
    }

    internal override LedgerRecord Execute(LedgerView view) => HoldRules.Released(view, base.Execute(view));

    internal override LedgerRecord Decide(LedgerView view) =>
        HoldRules.RequireActive(view, this, Hold, out var hold)
        ?? HoldRules.Release(view, this, hold, HoldStatus.Voided, TransferKind.Void);
}
