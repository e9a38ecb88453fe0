using System.Text.Json;
using CreditSystem.Api.Features.Transfers;

namespace CreditSystem.Api.Features.Grants;

/// <summary>Gives an account credits with terms of their own. They are spent by priority, then the earliest expiry first.</summary>
/// <param name="Account">The id of the account.</param>
/// <param name="Amount">Minor units: a positive integer, or a string of its digits.</param>
/// <param name="Source">Where the credits come from: issuance, promo, stripe_clearing or adjustments; by default promo for a
/// promotional grant, else issuance.</param>
/// <param name="Priority">0 (spent first) to 1000; by default 50.</param>
/// <param name="Promotional">Not paid for: spent before paid credits of the same priority and expiry.</param>
/// <param name="EffectiveAt">From when it can be spent; by default now.</param>
/// <param name="ExpiresAt">When what is left goes to breakage; by default never.</param>
/// <param name="Debt">Whether it pays what the account owes, before anything else can be done with it: paid_only (not where it is
/// promotional), always or never; by default paid_only.</param>
/// <param name="Reference">The caller's own name for the grant, unique among a user's own or among those of the tenant's programs.</param>
/// <param name="Metadata">Strings that are kept with the grant, at most 1,024 bytes as JSON.</param>
public sealed record IssueGrantRequest(
    string Account,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    [property: AllowedValues("issuance", "promo", "stripe_clearing", "adjustments")] string? Source = null,
    int Priority = LotTerms.DefaultPriority,
    bool Promotional = false,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset? EffectiveAt = null,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset? ExpiresAt = null,
    [property: AllowedValues("paid_only", "always", "never")] string? Debt = null,
    string? Reference = null,
    SortedDictionary<string, string>? Metadata = null);

/// <summary>Voids a grant: takes back what is left of it.</summary>
/// <param name="Account">The account to take it from, where the holder has transferred a part of the grant; by default the one that
/// it was given to.</param>
public sealed record VoidGrantRequest(string? Account = null);

/// <summary>A grant.</summary>
/// <param name="Id">Names the grant: follows from tenant, principal and Idempotency-Key.</param>
/// <param name="Account">The account that it was given to.</param>
/// <param name="Asset">What was given.</param>
/// <param name="Amount">How much, in minor units.</param>
/// <param name="Remaining">How much is left.</param>
/// <param name="Held">The part of it that holds have set aside.</param>
/// <param name="Status">pending (not effective yet), active, used, expired, or voided.</param>
/// <param name="Source">Where the credits come from.</param>
/// <param name="Priority">0 is spent first.</param>
/// <param name="Promotional">Whether it was not paid for.</param>
/// <param name="EffectiveAt">From when it can be spent.</param>
/// <param name="ExpiresAt">When what is left goes to breakage; absent for never.</param>
/// <param name="CreatedAt">When it was issued.</param>
/// <param name="Reference">The caller's own name for it; absent in the list of an account's grants.</param>
/// <param name="Metadata">What the caller wanted kept with it; likewise.</param>
public sealed record GrantResponse(
    Guid Id, Guid Account, string Asset,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Remaining,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Held,
    [property: AllowedValues("pending", "active", "used", "expired", "voided")] string Status,
    [property: AllowedValues("issuance", "promo", "revenue", "breakage", "stripe_clearing", "adjustments")] string Source,
    int Priority, bool Promotional,
    DateTimeOffset EffectiveAt, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt, string? Reference, JsonElement? Metadata)
{
    internal static GrantResponse From(AccountState account, Lot lot, long now) =>
        From(lot.Terms, account.Id, account.Asset, lot.Remaining, lot.Pinned, lot.Terms.EffectiveAt > now ? "pending" : "active");

    internal static GrantResponse Issued(LedgerRecord record)
    {
        var credit = record.Postings[0].Credit;
        var terms = credit.Lots[0].Terms;
        var (reference, metadata) = record.Details(0);
        return From(terms, credit.Account, record.Postings[0].Asset, terms.Amount, 0, terms.EffectiveAt > record.At ? "pending" : "active")
            with
        { Reference = reference, Metadata = TransferResponse.Json(metadata) };
    }

    internal static GrantResponse Voided(LedgerRecord record) => Ended(record.Postings[0]);

    /// <summary>A grant of which a posting took what was left.</summary>
    internal static GrantResponse Ended(Posting posting) => From(
        posting.Debit.Lots[0].Terms, posting.Debit.Account, posting.Asset, 0, 0,
        posting.Kind == TransferKind.Void ? "voided" : "expired");

    private static GrantResponse From(LotTerms terms, Guid account, string asset, long remaining, long held, string status) => new(
        terms.Id, account, asset, terms.Amount, remaining, held, status, terms.Source.ToCode(), terms.Priority, terms.Promotional,
        WireNames.Time(terms.EffectiveAt), terms.ExpiresAt is { } expiresAt ? WireNames.Time(expiresAt) : null,
        WireNames.Time(terms.CreatedAt), null, null);
}

/// <summary>Grants with something left, in the order in which they are spent.</summary>
/// <param name="Grants">At most as many as were asked for.</param>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record GrantPage(IReadOnlyList<GrantResponse> Grants, string? NextCursor);

/// <summary>A grant that was voided.</summary>
/// <param name="Grant">The grant after it.</param>
/// <param name="Transfer">What went back to where the grant came from.</param>
public sealed record VoidedGrantResponse(GrantResponse Grant, TransferResponse Transfer);
