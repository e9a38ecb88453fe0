using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Sets credits of an account aside for somebody.</summary>
/// <param name="Account">Whose credits.</param>
/// <param name="Destination">Who gets what is captured.</param>
/// <param name="Amount">Minor units, more than 0.</param>
/// <param name="ExpiresAt">Unix milliseconds: what is left then is released.</param>
/// <param name="Reference">The caller's name for it.</param>
/// <param name="Metadata">The caller's JSON.</param>
public sealed record PlaceHold(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder,
    Guid Account, AccountRef Destination, long Amount, long ExpiresAt, string? Reference, string? Metadata)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<PlaceHold>
{
    static int IStoredCommand<PlaceHold>.Operation => 5;

    /// <summary>The asset whose bounds the amount is within, where the account was not known yet; of another asset it is refused.</summary>
    public string? Asset { get; init; }

    /// <summary>Which grants may be set aside for another holder.</summary>
    public GrantTransfer Grants { get; init; }

    public override string Name => "hold";

    public override (string? Reference, string? Metadata) Details(int posting) => (Reference, Metadata);

    internal override LedgerList? Listed => LedgerList.Holds;

    internal override string EventOf(Posting posting) => LedgerEvents.HoldPlaced;

    static PlaceHold IStoredCommand<PlaceHold>.Read(ref BsonReader reader, CommandHeader own)
    {
        var (account, destination) = (reader.Guid("acct"u8), reader.Account("to"u8));
        var (amount, expiresAt) = (reader.Int64("amt"u8), reader.Int64("exp"u8));
        var (asset, grants) = (reader.OptionalString("asset"u8), (GrantTransfer)reader.Choice("grants"u8));
        var (reference, metadata) = (reader.OptionalString("ref"u8), reader.OptionalString("meta"u8));
        return new(
            own.Id, own.Fingerprint, own.Tenant, own.Holder,
            account, destination, amount, expiresAt, reference, metadata)
        {
            Asset = asset,
            Grants = grants,
        };
    }

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("acct"u8, Account);
        writer.Account("to"u8, Destination);
        writer.Int64("amt"u8, Amount);
        writer.Int64("exp"u8, ExpiresAt);
        writer.String("asset"u8, Asset);
        writer.Choice("grants"u8, (int)Grants);
        writer.Details(Reference, Metadata);
    }

    internal override void Require(LedgerView view, Needs needs)
    {
        base.Require(view, needs);
        needs.Accounts.Add(Destination.Id);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts) => accounts.Add(Account);

    internal override LedgerRecord Decide(LedgerView view)
    {
        var account = view.Account(Account);
        if (!MaySee(account))
            return Reject(RejectionCode.AccountNotFound);
        if (account!.IsSystem)
            return Reject(RejectionCode.KindNotAllowed);
        var receiver = Destination.IsSystem ? null : view.Account(Destination.Id);
        if (!Destination.IsSystem && receiver?.Tenant != Tenant)
            return Reject(RejectionCode.AccountNotFound);
        if (receiver is not null && receiver.Asset != account.Asset || Asset is { } asset && asset != account.Asset)
            return Reject(RejectionCode.AssetMismatch);
        if (Destination.Id == Account)
            return Reject(RejectionCode.SameAccount);
        if (ExpiresAt <= view.At)
            return Reject(RejectionCode.AlreadyExpired);
        if (ReferenceRules.IsTaken(view, this, Reference))
            return Reject(RejectionCode.DuplicateReference);
        // A hold never draws overdraft.
        var free = (long)Int128.Clamp(account.Uncommitted(view.At), long.MinValue, long.MaxValue);
        if (free < Amount)
            return Reject(RejectionCode.InsufficientFunds, Math.Max(free, 0), Amount);
        var paidOnly = view.Rules >= RulesVersion.Second && Grants == GrantTransfer.PaidOnly && receiver is { IsSystem: false };
        if (paidOnly && account.Uncommitted(view.At) - BurnDown.PromotionalFree(account, view.At) is var paid && paid < Amount)
            return Reject(RejectionCode.NotTransferable, (long)Int128.Max(paid, 0), Amount);

        var reservations = BurnDown.Reserve(account, Amount, view.At, paidOnly);
        var hold = new HoldState(Id, account.Id, Destination, Amount, 0, HoldStatus.Active, ExpiresAt, view.At, reservations);
        return LedgerRecord.Posted(this, Entries.Reserve(Id, TransferKind.Hold, account, Amount, reservations)) with { Hold = hold };
    }
}
