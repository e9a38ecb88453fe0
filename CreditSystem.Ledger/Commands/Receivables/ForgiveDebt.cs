using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands.Receivables;

/// <summary>Waives what an account owes, wholly or in part.</summary>
/// <param name="Account">Who owes it.</param>
/// <param name="Amount">Minor units, more than 0. Null: all of it.</param>
/// <param name="Reason">Why.</param>
public sealed record ForgiveDebt(Guid Id, byte[] Fingerprint, string Tenant, Guid Account, long? Amount, string Reason)
    : Command(Id, Fingerprint, Tenant, null), IStoredCommand<ForgiveDebt>
{
    static int IStoredCommand<ForgiveDebt>.Operation => 14;

    internal override int Since => RulesVersion.Fourth;

    internal override bool CanBeReversed => false;

    public override string Name => "debt_forgiveness";

    internal override string EventOf(Posting posting) => LedgerEvents.DebtForgiven;

    static ForgiveDebt IStoredCommand<ForgiveDebt>.Read(ref BsonReader reader, CommandHeader own) => new(
        own.Id, own.Fingerprint, own.Tenant, reader.Guid("acct"u8), reader.OptionalInt64("amt"u8), reader.String("why"u8));

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("acct"u8, Account);
        writer.Int64("amt"u8, Amount);
        writer.String("why"u8, Reason);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts) => accounts.Add(Account);

    internal override LedgerRecord Decide(LedgerView view)
    {
        if (view.Account(Account) is not { } account || !MaySee(account))
            return Reject(RejectionCode.AccountNotFound);
        var amount = Amount ?? account.Owed;
        if (amount == 0 || amount > account.Owed)
            return Reject(RejectionCode.ExceedsDebt, account.Owed, amount);
        var rest = Debts.Owing(account, account.Owed - amount, []);
        return LedgerRecord.Posted(this, Entries.Owe(Id, TransferKind.Forgiveness, rest, rest.Debt));
    }
}
