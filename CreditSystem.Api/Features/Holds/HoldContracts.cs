using System.Text.Json;
using CreditSystem.Api.Features.Transfers;

namespace CreditSystem.Api.Features.Holds;

/// <summary>Sets credits of an account aside until they are captured, voided, or the hold expires.</summary>
/// <param name="Account">The id of the account.</param>
/// <param name="Amount">Minor units: a positive integer, or a string of its digits. A hold never draws overdraft.</param>
/// <param name="To">Where captures go: the id of an account, or the name of a system account; by default <c>revenue</c>.</param>
/// <param name="ExpiresAt">When what is left is released. Either this or <paramref name="ExpiresInSeconds"/>; by default seven days
/// from now.</param>
/// <param name="ExpiresInSeconds">How long the hold lasts, 1 to 31,622,400 seconds.</param>
/// <param name="Reference">The caller's own name for the hold, unique among a user's own or among those of the tenant's programs.</param>
/// <param name="Metadata">Strings that are kept with the hold, at most 1,024 bytes as JSON.</param>
public sealed record PlaceHoldRequest(
    string Account,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    string? To = null,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset? ExpiresAt = null,
    int? ExpiresInSeconds = null,
    string? Reference = null,
    SortedDictionary<string, string>? Metadata = null);

/// <summary>Takes what a hold has set aside.</summary>
/// <param name="Amount">How much, in minor units; by default all that is left.</param>
/// <param name="Final">Release what is left after this capture; by default it stays set aside for further ones.</param>
public sealed record CaptureHoldRequest([property: JsonConverter(typeof(MinorUnitsConverter))] long? Amount = null, bool Final = false);

/// <summary>A hold.</summary>
/// <param name="Id">Names the hold: follows from tenant, principal and Idempotency-Key.</param>
/// <param name="Account">The account that the credits are in.</param>
/// <param name="To">Where captures go: an account's id, or the name of a system account.</param>
/// <param name="Asset">What is set aside.</param>
/// <param name="Amount">How much was set aside, in minor units.</param>
/// <param name="Captured">How much has been captured.</param>
/// <param name="Remaining">How much is set aside still.</param>
/// <param name="Status">active, captured, voided or expired.</param>
/// <param name="ExpiresAt">When what is left is released.</param>
/// <param name="CreatedAt">When it was placed.</param>
/// <param name="Reference">The caller's own name for it.</param>
/// <param name="Metadata">What the caller wanted kept with it.</param>
public sealed record HoldResponse(
    Guid Id, Guid Account, string To, string Asset,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Captured,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Remaining,
    [property: AllowedValues("active", "captured", "voided", "expired")] string Status,
    DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt, string? Reference, JsonElement? Metadata)
{
    internal static HoldResponse From(HoldState hold, LedgerRecord record)
    {
        var (reference, metadata) = record.Details(0);
        return new HoldResponse(
            hold.Id, hold.Account, hold.Destination.IsSystem ? hold.Destination.System.ToCode() : hold.Destination.Id.ToString(),
            record.Postings[0].Asset,
            hold.Amount, hold.Captured, hold.Remaining, WireNames.From(hold.Status), WireNames.Time(hold.ExpiresAt),
            WireNames.Time(hold.CreatedAt),
            reference, TransferResponse.Json(metadata));
    }
}

/// <summary>A capture.</summary>
/// <param name="Hold">The hold after it.</param>
/// <param name="Transfer">What it moved.</param>
public sealed record CaptureResponse(HoldResponse Hold, TransferResponse Transfer);
