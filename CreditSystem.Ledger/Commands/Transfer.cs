using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Commands;

/// <summary>Moves credits from one account to another.</summary>
/// <param name="Kind">Why.</param>
/// <param name="From">Who pays.</param>
/// <param name="To">Who receives.</param>
/// <param name="Asset">The asset that is meant, where both are system accounts or the amount was checked against its bounds.</param>
/// <param name="Amount">Minor units, more than 0.</param>
/// <param name="Reference">The caller's name for it, unique among those of one user or of the tenant's programs.</param>
/// <param name="Metadata">The caller's JSON.</param>
public sealed record Transfer(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder,
    TransferKind Kind, AccountRef From, AccountRef To, string? Asset, long Amount, string? Reference, string? Metadata)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<Transfer>
{
    static int IStoredCommand<Transfer>.Operation => 2;

    /// <summary>What becomes of grants between holders.</summary>
    public GrantTransfer Grants { get; init; }

    public override string Name => Kind.ToCode();

    public override (string? Reference, string? Metadata) Details(int posting) => (Reference, Metadata);

    static Transfer IStoredCommand<Transfer>.Read(ref BsonReader reader, CommandHeader own) => Read(ref reader, own);

    internal static Transfer Read(ref BsonReader reader, CommandHeader own)
    {
        var (kind, from, to) = ((TransferKind)reader.Int32("k"u8), reader.Account("from"u8), reader.Account("to"u8));
        var (asset, amount, grants) = (reader.OptionalString("asset"u8), reader.Int64("amt"u8), (GrantTransfer)reader.Choice("grants"u8));
        var (reference, metadata) = (reader.OptionalString("ref"u8), reader.OptionalString("meta"u8));
        return new(own.Id, own.Fingerprint, own.Tenant, own.Holder, kind, from, to, asset, amount, reference, metadata)
        {
            Grants = grants,
        };
    }

    internal override void Write(BsonWriter writer)
    {
        writer.Int32("k"u8, (int)Kind);
        writer.Account("from"u8, From);
        writer.Account("to"u8, To);
        writer.String("asset"u8, Asset);
        writer.Int64("amt"u8, Amount);
        writer.Choice("grants"u8, (int)Grants);
        writer.Details(Reference, Metadata);
    }

    internal override void Require(LedgerView view, Needs needs)
    {
        base.Require(view, needs);
        if (Asset is { } asset)
            needs.Assets.Add((Tenant, asset));
    }

    internal override void Touch(LedgerView view, List<Guid> accounts)
    {
        accounts.Add(From.Id);
        accounts.Add(To.Id);
    }

    internal override LedgerRecord Decide(LedgerView view)
    {
        if (ReferenceRules.IsTaken(view, this, Reference))
            return Reject(RejectionCode.DuplicateReference);
        if (Refuse(view, out var asset) is { } code)
            return Reject(code);

        var now = view.At;
        var opened = new List<AccountState>();
        var from = Resolve(view, From, asset, opened);
        var to = Resolve(view, To, asset, opened);
        if (!from.IsSystem && from.Available(now) < Amount)
            return Reject(RejectionCode.InsufficientFunds, from.Available(now), Amount);
        var betweenHolders = view.Rules >= RulesVersion.Second && !from.IsSystem && !to.IsSystem;
        var paidOnly = betweenHolders && Grants == GrantTransfer.PaidOnly;
        if (paidOnly && from.Available(now) - BurnDown.PromotionalFree(from, now) is var paid && paid < Amount)
            return Reject(RejectionCode.NotTransferable, (long)Int128.Max(paid, 0), Amount);
        var drawn = BurnDown.Draw(Debts.AsCollected(from, now), Amount, now, paidOnly);
        var record = Entries.Post(view, this, Id, Kind, from, to, Amount, drawn, betweenHolders ? BurnDown.Carry(drawn) : []);
        return opened.Count == 0 || !record.Accepted ? record : record with { Opened = [.. opened] };
    }

    private RejectionCode? Refuse(LedgerView view, out string asset)
    {
        var from = From.IsSystem ? null : view.Account(From.Id);
        var to = To.IsSystem ? null : view.Account(To.Id);
        asset = from?.Asset ?? to?.Asset ?? Asset ?? "";
        if (!From.IsSystem && !MaySee(from))
            return RejectionCode.AccountNotFound;
        if (!To.IsSystem && (to is null || to.Tenant != Tenant))
            return RejectionCode.AccountNotFound;
        if (Holder is not null && From.IsSystem)
            return RejectionCode.AccountNotFound;
        if (Asset is { } named && named != asset || from is not null && to is not null && from.Asset != to.Asset)
            return RejectionCode.AssetMismatch;
        if (view.Rules < RulesVersion.Second ? From == To : IdOf(From, asset) == IdOf(To, asset))
            return RejectionCode.SameAccount;
        return AllowsKind(From.IsSystem || from!.IsSystem, To.IsSystem || to!.IsSystem) ? null : RejectionCode.KindNotAllowed;
    }

    // An account is known by its id whichever of its names is used.
    private Guid IdOf(AccountRef account, string asset) =>
        account.IsSystem ? LedgerId.ForSystemAccount(Tenant, account.System, asset) : account.Id;

    // What comes into being comes out of a system account, and what is used up goes into one.
    private bool AllowsKind(bool fromSystem, bool toSystem) => Kind switch
    {
        TransferKind.Purchase or TransferKind.Reward or TransferKind.Grant => fromSystem,
        TransferKind.Burn => toSystem,
        TransferKind.Adjustment or TransferKind.Refund => fromSystem || toSystem,
        _ => true,
    };

    private AccountState Resolve(LedgerView view, AccountRef account, string asset, List<AccountState> opened) =>
        account.IsSystem ? view.SystemAccount(Tenant, account.System, asset, opened) : view.Account(account.Id)!;
}
