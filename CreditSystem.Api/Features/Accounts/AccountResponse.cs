using System.Text.Json;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>An account.</summary>
/// <param name="Id">Names the account in every other request.</param>
/// <param name="Holder">Who holds it.</param>
/// <param name="Asset">What is counted in it.</param>
/// <param name="System">The name of the system account, if it is one.</param>
/// <param name="CreditLimit">How far it may be overdrawn, in minor units.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="DisplayName">What people call it; absent for nothing.</param>
/// <param name="Metadata">What the caller wanted kept with it.</param>
public sealed record AccountResponse(
    Guid Id, string Holder, string Asset,
    [property: AllowedValues("issuance", "promo", "revenue", "breakage", "stripe_clearing", "adjustments")] string? System,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long CreditLimit,
    DateTimeOffset CreatedAt, string? DisplayName, JsonElement? Metadata)
{
    internal static AccountResponse From(AccountState account) => new(
        account.Id, account.Holder, account.Asset, account.IsSystem ? account.System.ToCode() : null, account.CreditLimit,
        WireNames.Time(account.OpenedAt), account.DisplayName, TransferResponse.Json(account.Metadata));
}

/// <summary>The balances of an account, in minor units: <c>available = posted - held - pending - debt + credit_limit</c>.</summary>
/// <param name="Account">The account.</param>
/// <param name="Asset">What is counted.</param>
/// <param name="Posted">The sum of its entries.</param>
/// <param name="Held">What active holds have set aside.</param>
/// <param name="Pending">What grants hold that are not effective yet.</param>
/// <param name="CreditLimit">How far it may be overdrawn now, whatever time the balances are of.</param>
/// <param name="Debt">What it owes: credits that went back to their buyer and had been used. What comes next pays it.</param>
/// <param name="Available">What can be spent now.</param>
/// <param name="Sequence">The number of its last entry.</param>
/// <param name="AsOf">The time that the balances are of.</param>
public sealed record BalanceResponse(
    Guid Account, string Asset,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Posted,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Held,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Pending,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long CreditLimit,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Debt,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Available,
    long Sequence, DateTimeOffset AsOf)
{
    internal static BalanceResponse From(AccountState account, long now) => new(
        account.Id, account.Asset, account.Posted, account.Held, account.Pending(now), account.CreditLimit, account.Owed,
        account.Available(now), account.Sequence, WireNames.Time(now));
}

/// <summary>One entry of an account.</summary>
/// <param name="Sequence">Counts the account's entries from 1.</param>
/// <param name="Transfer">The transfer that it belongs to.</param>
/// <param name="Kind">Why credits moved.</param>
/// <param name="Amount">What was posted, in minor units: negative for a debit, 0 where only what is held changed.</param>
/// <param name="Posted">The balance after it.</param>
/// <param name="Held">What was held after it.</param>
/// <param name="Debt">What the account owed after it; absent for nothing.</param>
/// <param name="Reference">The caller's reference of the transfer.</param>
/// <param name="Block">The block of the log that holds it.</param>
/// <param name="CreatedAt">When it was posted.</param>
/// <param name="EffectiveAt">When it took effect: for what expired when it was due, else when it was posted. Balances at a time in
/// the past and
/// statements go by it.</param>
public sealed record EntryResponse(
    long Sequence, Guid Transfer, [property: ValuesOf(typeof(TransferKindCodes))] string Kind,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Posted,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Held,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Debt,
    string? Reference, long Block, DateTimeOffset CreatedAt, DateTimeOffset EffectiveAt)
{
    internal static EntryResponse From(HistoryEntry entry) => new(
        entry.Sequence, entry.Transfer, entry.Kind.ToCode(), entry.Amount, entry.Posted, entry.Held, entry.Debt == 0 ? null : entry.Debt,
        entry.Reference, entry.Block, WireNames.Time(entry.At), WireNames.Time(entry.EffectiveAt));
}

/// <summary>Entries, newest first.</summary>
/// <param name="Entries">At most as many as were asked for.</param>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record EntryPage(IReadOnlyList<EntryResponse> Entries, string? NextCursor);
