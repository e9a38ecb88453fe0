using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands.Receivables;

/// <summary>
/// Brings what is taken back of a purchase to what the money that went back had bought, more or less than before. What was reversed by
/// hand counts. The credits come out of where the purchase put them; what is not there any more is owed.
/// </summary>
/// <param name="Purchase">The transfer from <c>stripe_clearing</c> to the account of a holder.</param>
/// <param name="Amount">All that is to be taken back of it, minor units, from 0: not what is to be added to that.</param>
/// <param name="Metadata">The caller's JSON.</param>
public sealed record TakeBack(Guid Id, byte[] Fingerprint, string Tenant, Guid Purchase, long Amount, string? Metadata)
    : Command(Id, Fingerprint, Tenant, null), IStoredCommand<TakeBack>
{
    static int IStoredCommand<TakeBack>.Operation => 12;

    internal override int Since => RulesVersion.Fourth;

    internal override bool CanBeReversed => false;

    public override Guid? ReversedTransfer => Purchase;

    public override string Name => "take_back";

    public override (string? Reference, string? Metadata) Details(int posting) => (null, Metadata);

    internal override string EventOf(Posting posting) => posting.Kind switch
    {
        TransferKind.Debt => LedgerEvents.DebtIncurred,
        TransferKind.Relief => LedgerEvents.DebtReduced,
        TransferKind.Expiry => LedgerEvents.GrantExpired,
        _ => LedgerEvents.TransferReversed,
    };

    static TakeBack IStoredCommand<TakeBack>.Read(ref BsonReader reader, CommandHeader own) => new(
        own.Id, own.Fingerprint, own.Tenant, reader.Guid("target"u8), reader.Int64("amt"u8), reader.OptionalString("meta"u8));

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("target"u8, Purchase);
        writer.Int64("amt"u8, Amount);
        writer.String("meta"u8, Metadata);
    }

    internal override void Require(LedgerView view, Needs needs)
    {
        base.Require(view, needs);
        needs.Records.Add(Purchase);
        needs.Reversals.Add(Purchase);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts)
    {
        if (Original(view) is { } original)
            foreach (var entry in original.Entries)
                accounts.Add(entry.Account);
    }

    // Its postings are applied while it is decided.
    internal override LedgerRecord Execute(LedgerView view) => view.Add(Decide(view));

    internal override LedgerRecord Decide(LedgerView view)
    {
        if (Original(view) is not { Amount: > 0 } original || view.Account(original.Credit.Account) is not { } account
            || account.Tenant != Tenant)
            return Reject(RejectionCode.TransferNotFound);
        var clearing = view.Account(original.Debit.Account)!;
        if (original.Kind != TransferKind.Purchase || account.IsSystem || clearing.System != SystemAccount.StripeClearing)
            return Reject(RejectionCode.NotReversible);
        if (Amount > original.Amount)
            return Reject(RejectionCode.ReversalExceedsTransfer, original.Amount, Amount);

        var reversed = view.Reversed(Purchase);
        var taken = Math.Max(0, Amount - reversed.ByHand);
        var record = new LedgerRecord(this, null) { Reversed = reversed.ByHand + taken, TakenBack = taken };
        if (taken == reversed.TakenBack)
            return record;
        return taken > reversed.TakenBack
            ? Take(view, record, account, clearing, taken - reversed.TakenBack)
            : Give(view, record, account, clearing, reversed.TakenBack - taken);
    }

    private Posting? Original(LedgerView view) => Array.Find(view.Find(Purchase)?.Postings ?? [], posting => posting.Id == Purchase);

    private LedgerRecord Take(LedgerView view, LedgerRecord record, AccountState account, AccountState clearing, long amount)
    {
        var (drawn, there) = Debts.Draw(account, amount, view.At);
        if ((Int128)account.Owed + amount - there > long.MaxValue)
            return Reject(RejectionCode.LimitExceeded);
        var postings = new List<Posting>();
        if (there > 0)
        {
            account = Debts.Owing(account, account.Owed, drawn);
            var moved = Entries.Post(view, this, Id, TransferKind.Refund, account, clearing, there, drawn, []);
            if (!moved.Accepted)
                return moved;
            postings.AddRange(moved.Postings);
            account = account with { Sequence = account.Sequence + 1, Posted = account.Posted - there };
        }
        if (there < amount)
            postings.Add(Owe(TransferKind.Debt, Debts.Owing(account, account.Owed + amount - there, [])));
        return Unwinding.Finish(view, record with { Postings = [.. postings] }, account.Id, [], []);
    }

    // What is owed is owed no longer; the rest goes back to where it came from, and on at once where that has expired meanwhile.
    private LedgerRecord Give(LedgerView view, LedgerRecord record, AccountState account, AccountState clearing, long amount)
    {
        var relief = Math.Min(account.Owed, amount);
        var postings = new List<Posting>();
        if (relief > 0)
        {
            account = Debts.Owing(account, account.Owed - relief, []);
            postings.Add(Owe(TransferKind.Relief, account));
            account = account with { Sequence = account.Sequence + 1 };
        }
        if (relief == amount)
            return Unwinding.Finish(view, record with { Postings = [.. postings] }, account.Id, [], []);
        var (restored, lots) = Debts.Restore(account, amount - relief);
        var moved = Entries.Post(view, this, Id, TransferKind.Refund, clearing, restored, amount - relief, [], lots);
        if (!moved.Accepted)
            return moved;
        record = record with { Postings = [.. postings, .. moved.Postings] };
        return Unwinding.Finish(view, record, account.Id, Unwinding.Ended(lots, [], view.At), []);
    }

    private Posting Owe(TransferKind kind, AccountState account) =>
        Entries.Owe(LedgerId.Derive(Id, "debt", 0), kind, account, account.Debt);
}
