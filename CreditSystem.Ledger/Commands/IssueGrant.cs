using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Gives credits with a priority and an expiry.</summary>
/// <param name="Account">Who gets them.</param>
/// <param name="Amount">Minor units, more than 0.</param>
/// <param name="Source">Where they come from.</param>
/// <param name="Priority">From <see cref="LotTerms.HighestPriority"/> (first) to <see cref="LotTerms.LowestPriority"/>.</param>
/// <param name="Promotional">Given, not paid for.</param>
/// <param name="EffectiveAt">From when they can be spent, Unix milliseconds; null for now.</param>
/// <param name="ExpiresAt">Until when, Unix milliseconds; null for indefinitely.</param>
/// <param name="Reference">The caller's name for it.</param>
/// <param name="Metadata">The caller's JSON.</param>
public sealed record IssueGrant(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Account, long Amount, SystemAccount Source, int Priority,
    bool Promotional, long? EffectiveAt, long? ExpiresAt, string? Reference, string? Metadata)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<IssueGrant>
{
    static int IStoredCommand<IssueGrant>.Operation => 8;

    /// <summary>The asset whose bounds the amount is within, where the account was not known yet; of another asset it is refused.</summary>
    public string? Asset { get; init; }

    /// <summary>Whether it pays what the account owes.</summary>
    public GrantDebt Debt { get; init; }

    internal override int Since => Debt == GrantDebt.PaidOnly ? RulesVersion.First : RulesVersion.Fourth;

    internal override bool CanBeReversed => false;

    public override string Name => "grant";

    public override (string? Reference, string? Metadata) Details(int posting) => (Reference, Metadata);

    internal override LedgerList? Listed => LedgerList.Grants;

    internal override string EventOf(Posting posting) => LedgerEvents.GrantIssued;

    static IssueGrant IStoredCommand<IssueGrant>.Read(ref BsonReader reader, CommandHeader own)
    {
        var (account, amount) = (reader.Guid("acct"u8), reader.Int64("amt"u8));
        var (source, priority, promotional) = ((SystemAccount)reader.Int32("src"u8), reader.Int32("pri"u8), reader.Flag("promo"u8));
        var (effectiveAt, expiresAt) = (reader.OptionalInt64("eff"u8), reader.OptionalInt64("exp"u8));
        var (asset, debt) = (reader.OptionalString("asset"u8), (GrantDebt)reader.Choice("debt"u8));
        var (reference, metadata) = (reader.OptionalString("ref"u8), reader.OptionalString("meta"u8));
        return new(
            own.Id, own.Fingerprint, own.Tenant, own.Holder, account, amount, source, priority,
            promotional, effectiveAt, expiresAt, reference, metadata)
        {
            Asset = asset,
            Debt = debt,
        };
    }

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("acct"u8, Account);
        writer.Int64("amt"u8, Amount);
        writer.Int32("src"u8, (int)Source);
        writer.Int32("pri"u8, Priority);
        writer.Flag("promo"u8, Promotional);
        writer.Int64("eff"u8, EffectiveAt);
        writer.Int64("exp"u8, ExpiresAt);
        writer.String("asset"u8, Asset);
        writer.Choice("debt"u8, (int)Debt);
        writer.Details(Reference, Metadata);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts) => accounts.Add(Account);

    internal override LedgerRecord Decide(LedgerView view)
    {
        var (account, now) = (view.Account(Account), view.At);
        if (!MaySee(account))
            return Reject(RejectionCode.AccountNotFound);
        if (account!.IsSystem)
            return Reject(RejectionCode.KindNotAllowed);
        if (Asset is { } asset && asset != account.Asset)
            return Reject(RejectionCode.AssetMismatch);
        if (ExpiresAt <= Math.Max(now, EffectiveAt ?? now))
            return Reject(RejectionCode.AlreadyExpired);
        if (ReferenceRules.IsTaken(view, this, Reference))
            return Reject(RejectionCode.DuplicateReference);

        var opened = new List<AccountState>();
        var source = view.SystemAccount(Tenant, Source, account.Asset, opened);
        var terms = new LotTerms(Id, Amount, Priority, ExpiresAt, Promotional, EffectiveAt ?? now, now, Source) { Debt = Debt };
        var record = Entries.Post(view, this, Id, TransferKind.Grant, source, account, Amount, [], [new LotChange(terms, Amount, 0)]);
        return record.Accepted ? record with { Opened = [.. opened] } : record;
    }
}
