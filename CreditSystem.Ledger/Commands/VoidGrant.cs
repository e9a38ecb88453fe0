using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Returns what is left of a grant to where it came from.</summary>
/// <param name="Grant">Which one.</param>
/// <param name="Account">The account that has it.</param>
public sealed record VoidGrant(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Grant, Guid Account)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<VoidGrant>
{
    static int IStoredCommand<VoidGrant>.Operation => 9;

    public override string Name => "grant_void";

    internal override string EventOf(Posting posting) => LedgerEvents.GrantVoided;

    // So that a reversal finds out that the grant has ended.
    internal override IEnumerable<Guid> Aliases(LedgerRecord record) => record.Accepted ? [LedgerId.ForVoidedGrant(Grant, Account)] : [];

    static VoidGrant IStoredCommand<VoidGrant>.Read(ref BsonReader reader, CommandHeader own) =>
        new(own.Id, own.Fingerprint, own.Tenant, own.Holder, reader.Guid("target"u8), reader.Guid("acct"u8));

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("target"u8, Grant);
        writer.Guid("acct"u8, Account);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts) => accounts.Add(Account);

    internal override LedgerRecord Decide(LedgerView view)
    {
        var account = view.Account(Account);
        if (!MaySee(account))
            return Reject(RejectionCode.GrantNotFound);
        if (Array.Find(account!.Lots, lot => lot.Terms.Id == Grant) is not { } lot)
            return Reject(RejectionCode.GrantNotActive);
        return lot.Pinned > 0
            ? Reject(RejectionCode.GrantHeld, lot.Free, lot.Remaining)
            : Entries.Withdraw(view, this, account, lot, lot.Terms.Source, TransferKind.Void);
    }
}
