using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Gives back what a transfer moved, wholly or in part.</summary>
/// <param name="Transfer">Which one.</param>
/// <param name="Amount">Minor units, more than 0. Null: all that has not been reversed yet.</param>
/// <param name="Reference">The caller's name for the reversal.</param>
/// <param name="Metadata">The caller's JSON.</param>
public sealed record ReverseTransfer(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Transfer, long? Amount, string? Reference, string? Metadata)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<ReverseTransfer>
{
    static int IStoredCommand<ReverseTransfer>.Operation => 4;

    /// <summary>What is done where a grant that had paid has ended since.</summary>
    public ReversalPolicy Policy { get; init; }

    /// <summary>Which credits the receiver returns.</summary>
    public GrantTransfer Grants { get; init; }

    public override string Name => "reversal";

    public override Guid? ReversedTransfer => Transfer;

    // What follows a reversal, the expiry of what it gave back, has no name of its own.
    public override (string? Reference, string? Metadata) Details(int posting) => posting == 0 ? (Reference, Metadata) : default;

    internal override string EventOf(Posting posting) => posting.Kind switch
    {
        TransferKind.Expiry => LedgerEvents.GrantExpired,
        TransferKind.Void => LedgerEvents.GrantVoided,
        _ => LedgerEvents.TransferReversed,
    };

    static ReverseTransfer IStoredCommand<ReverseTransfer>.Read(ref BsonReader reader, CommandHeader own)
    {
        var (transfer, amount) = (reader.Guid("target"u8), reader.OptionalInt64("amt"u8));
        var (policy, grants) = ((ReversalPolicy)reader.Choice("policy"u8), (GrantTransfer)reader.Choice("grants"u8));
        var (reference, metadata) = (reader.OptionalString("ref"u8), reader.OptionalString("meta"u8));
        return new(own.Id, own.Fingerprint, own.Tenant, own.Holder, transfer, amount, reference, metadata)
        {
            Policy = policy,
            Grants = grants,
        };
    }

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("target"u8, Transfer);
        writer.Int64("amt"u8, Amount);
        writer.Choice("policy"u8, (int)Policy);
        writer.Choice("grants"u8, (int)Grants);
        writer.Details(Reference, Metadata);
    }

    internal override void Require(LedgerView view, Needs needs)
    {
        base.Require(view, needs);
        needs.Records.Add(Transfer);
        needs.Reversals.Add(Transfer);
        if (Original(view) is { } original)
            needs.Records.AddRange(Unwinding.VoidsOf(original));
    }

    internal override void Touch(LedgerView view, List<Guid> accounts)
    {
        if (Original(view) is { } original)
            foreach (var entry in original.Entries)
                accounts.Add(entry.Account);
    }

    // From the second version of the rules on its postings are applied one after the other, while it is decided.
    internal override LedgerRecord Execute(LedgerView view) =>
        view.Rules >= RulesVersion.Second ? view.Add(Decide(view)) : view.Append(Decide(view));

    internal override LedgerRecord Decide(LedgerView view)
    {
        var original = Original(view);
        if (original is null || !MayReverse(view, original))
            return Reject(RejectionCode.TransferNotFound);
        if (ReferenceRules.IsTaken(view, this, Reference))
            return Reject(RejectionCode.DuplicateReference);
        if (!IsReversible(view, original))
            return Reject(RejectionCode.NotReversible);

        var reversed = view.Reversed(Transfer);
        var left = original.Amount - reversed.Total;
        if (left == 0)
            return Reject(RejectionCode.AlreadyReversed);
        var amount = Amount ?? left;
        if (amount > left)
            return Reject(RejectionCode.ReversalExceedsTransfer, left, amount);

        var from = view.Account(original.Credit.Account)!;
        var to = view.Account(original.Debit.Account)!;
        if (!from.IsSystem && from.Available(view.At) < amount)
            return Reject(RejectionCode.InsufficientFunds, from.Available(view.At), amount);
        if (view.Rules >= RulesVersion.Second)
            return Unwinding.Post(view, this, original, (from, to), (reversed, amount), view.At);
        var restored = original.Debit.Lots.Length == 0 ? [] : BurnDown.Restore(original.Debit.Lots, reversed.Total, amount);
        var record = Entries.Post(view, this, Id, TransferKind.Reversal, from, to, amount, DrawReceived(from, amount, view.At), restored);
        return record.Accepted ? record with { Reversed = reversed.Total + amount } : record;
    }

    private Posting? Original(LedgerView view) => Array.Find(view.Find(Transfer)?.Postings ?? [], posting => posting.Id == Transfer);

    // A grant is withdrawn by voiding it, and what has expired stays so.
    private bool IsReversible(LedgerView view, Posting posting) =>
        posting.Amount > 0 && posting.Kind is not (TransferKind.Reversal or TransferKind.Expiry or TransferKind.Void)
        && (view.Rules < RulesVersion.Second
            ? Array.TrueForAll(posting.Credit.Lots, lot => lot.Terms.IsBase)
            : view.Find(Transfer)!.Command.CanBeReversed && posting.Debit.Account != posting.Credit.Account);

    private bool MayReverse(LedgerView view, Posting original) =>
        view.Account(original.Entries[0].Account) is { } account && account.Tenant == Tenant
        && (Holder is null || original.Amount > 0 && MaySee(view.Account(original.Credit.Account)));

    // The first rules: what was received went to the base lot, so it leaves from there as far as the limit allows, and only then
    // from grants. A transfer that is reversed at once leaves no trace, even where it had paid back an overdraft.
    private static LotChange[] DrawReceived(AccountState account, long amount, long now)
    {
        if (account.Lots.Length == 0)
            return [];
        var fromBase = (long)Int128.Clamp(account.BaseFree + account.CreditLimit, 0, amount);
        if (fromBase == amount)
            return [new LotChange(LotTerms.Base, -amount, 0)];
        var drawn = BurnDown.Draw(account with { Posted = account.Posted - fromBase }, amount - fromBase, now);
        return fromBase == 0 ? drawn : [new LotChange(LotTerms.Base, -fromBase, 0), .. drawn];
    }
}
