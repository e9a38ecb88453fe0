using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Posts what has expired of a grant on an account. Issued by the ledger itself, lazily or by the sweeper.</summary>
public sealed record ExpireLot(Guid Id, string Tenant, Guid Account, Guid Lot)
    : Command(Id, [], Tenant, null), IStoredCommand<ExpireLot>
{
    static int IStoredCommand<ExpireLot>.Operation => 10;

    /// <summary>When it was due, Unix milliseconds, which may be long before anybody looked; null under the first rules.</summary>
    public long? DueAt { get; init; }

    public override string Name => "expiry";

    internal override Guid? ExpiringAccount => Account;

    internal override string EventOf(Posting posting) => LedgerEvents.GrantExpired;

    internal override long TookEffectAt(LedgerRecord record) => record.Accepted
        ? Math.Min(DueAt ?? record.Postings[0].Debit.Lots[0].Terms.ExpiresAt ?? record.At, record.At)
        : record.At;

    static ExpireLot IStoredCommand<ExpireLot>.Read(ref BsonReader reader, CommandHeader own) =>
        new(own.Id, own.Tenant, reader.Guid("acct"u8), reader.Guid("target"u8)) { DueAt = reader.OptionalInt64("due"u8) };

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("acct"u8, Account);
        writer.Guid("target"u8, Lot);
        writer.Int64("due"u8, DueAt);
    }

    internal override LedgerRecord Decide(LedgerView view)
    {
        var account = view.Account(Account);
        return account is not null && Array.Find(account.Lots, lot => lot.Terms.Id == Lot) is { } lot && lot.IsDue(view.At)
            ? Entries.Withdraw(view, this, account, lot, SystemAccount.Breakage, TransferKind.Expiry)
            : Reject(RejectionCode.GrantNotActive);
    }
}
