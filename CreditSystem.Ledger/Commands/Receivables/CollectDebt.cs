using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands.Receivables;

/// <summary>
/// Takes what an account owes out of what it has got. Issued by the ledger itself, in the block of whatever gave the account something:
/// nothing comes between the two.
/// </summary>
public sealed record CollectDebt(Guid Id, string Tenant, Guid Account, long DueAt)
    : Command(Id, [], Tenant, null), IStoredCommand<CollectDebt>
{
    static int IStoredCommand<CollectDebt>.Operation => 13;

    internal override int Since => RulesVersion.Fourth;

    internal override bool CanBeReversed => false;

    public override string Name => "debt_collection";

    internal override string EventOf(Posting posting) => LedgerEvents.DebtCollected;

    internal override long TookEffectAt(LedgerRecord record) => Math.Min(DueAt, record.At);

    /// <param name="account">Who owes something.</param>
    /// <param name="dueAt">When it got something: what expires at a time collects at that time, whenever somebody looks.</param>
    internal static CollectDebt From(AccountState account, long dueAt) =>
        new(LedgerId.Derive(account.Id, "collection", account.Sequence + 1), account.Tenant, account.Id, dueAt) { KeepsOutcome = false };

    static CollectDebt IStoredCommand<CollectDebt>.Read(ref BsonReader reader, CommandHeader own) =>
        new(own.Id, own.Tenant, reader.Guid("acct"u8), reader.Int64("due"u8));

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("acct"u8, Account);
        writer.Int64("due"u8, DueAt);
    }

    internal override LedgerRecord Decide(LedgerView view)
    {
        if (view.Account(Account) is not { Owed: > 0 } account)
            return Reject(RejectionCode.ExceedsDebt, 0);
        var (drawn, amount) = Debts.Draw(account, account.Owed, DueAt);
        var opened = new List<AccountState>();
        var clearing = view.SystemAccount(Tenant, SystemAccount.StripeClearing, account.Asset, opened);
        var paying = Debts.Owing(account, account.Owed - amount, drawn);
        var record = Entries.Post(view, this, Id, TransferKind.Collection, paying, clearing, amount, drawn, []);
        return record.Accepted ? record with { Opened = [.. opened] } : record;
    }
}
