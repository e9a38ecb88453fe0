using System.Text.Json;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Grants;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Api.Webhooks;

/// <summary>What an endpoint is sent.</summary>
/// <param name="Id">The same for the same event: what a receiver recognizes a repetition by.</param>
/// <param name="Type">For example <c>transfer.posted</c>.</param>
/// <param name="Tenant">Whose ledger it is about.</param>
/// <param name="Block">The block of the log that holds it: what orders the events of a tenant.</param>
/// <param name="CreatedAt">When it happened.</param>
/// <param name="Data">What it belongs to.</param>
internal sealed record WebhookMessage(
    Guid Id, [property: ValuesOf(typeof(LedgerEvents))] string Type, string Tenant, long Block, DateTimeOffset CreatedAt, WebhookData Data);

/// <summary>What an event belongs to: of these all that have a part in it.</summary>
/// <param name="Transfer">What was posted, or set aside.</param>
/// <param name="Account">The account that was opened or changed, as it was then.</param>
/// <param name="Hold">The hold after it.</param>
/// <param name="Grant">The grant that was issued or ended, as it was then.</param>
/// <param name="Reversed">The transfer of which something was given back.</param>
internal sealed record WebhookData(
    TransferResponse? Transfer = null, AccountResponse? Account = null, WebhookHold? Hold = null, GrantResponse? Grant = null,
    ReversedTransfer? Reversed = null);

/// <summary>A hold after an event.</summary>
/// <param name="Id">Names the hold.</param>
/// <param name="Account">The account that the credits are in.</param>
/// <param name="To">Where captures go: an account's id, or the name of a system account.</param>
/// <param name="Asset">What is set aside.</param>
/// <param name="Amount">How much was set aside, in minor units.</param>
/// <param name="Captured">How much has been captured in all.</param>
/// <param name="Remaining">How much is set aside still.</param>
/// <param name="Released">How much is free again; absent while the hold is active.</param>
/// <param name="Status">active, captured, voided or expired.</param>
/// <param name="ExpiresAt">When what is left is released.</param>
/// <param name="CreatedAt">When it was placed.</param>
internal sealed record WebhookHold(
    Guid Id, Guid Account, string To, string Asset,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Captured,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Remaining,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Released,
    string Status, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt)
{
    internal static WebhookHold From(HoldState hold, string asset) => new(
        hold.Id, hold.Account, hold.Destination.IsSystem ? hold.Destination.System.ToCode() : hold.Destination.Id.ToString(), asset,
        hold.Amount, hold.Captured, hold.Remaining, hold.Status == HoldStatus.Active ? null : hold.Amount - hold.Captured,
        WireNames.From(hold.Status), WireNames.Time(hold.ExpiresAt), WireNames.Time(hold.CreatedAt));
}

/// <summary>A transfer of which something was given back.</summary>
/// <param name="Transfer">Its id.</param>
/// <param name="Amount">How much of it has been given back in all, in minor units.</param>
internal sealed record ReversedTransfer(Guid Transfer, [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount);

internal static class WebhookBody
{
    /// <param name="ledgerEvent">What happened.</param>
    /// <param name="known">The account that was changed, for what never changes about it; null for every other event.</param>
    public static string Write(OutboxEvent ledgerEvent, AccountState? known) => Write(new WebhookMessage(
        ledgerEvent.Id, ledgerEvent.Type, ledgerEvent.Tenant, ledgerEvent.Block, WireNames.Time(ledgerEvent.At),
        ledgerEvent.Posting < 0 ? Data(ledgerEvent.Record) : Data(ledgerEvent.Record, ledgerEvent.Posting, known)));

    public static string Write(WebhookMessage message) => JsonSerializer.Serialize(message, ApiJson.Default.WebhookMessage);

    private static WebhookData Data(LedgerRecord record) => record.Hold is { } hold
        ? new WebhookData(Hold: WebhookHold.From(hold, record.Postings[0].Asset))
        : new WebhookData(Account: AccountResponse.From(record.Opened[0]));

    private static WebhookData Data(LedgerRecord record, int index, AccountState? known)
    {
        var posting = record.Postings[index];
        if (posting.Entries[0].Terms is { } terms && known is not null)
            return new WebhookData(Account: AccountResponse.From(known with
            {
                CreditLimit = terms.CreditLimit,
                DisplayName = terms.DisplayName,
                Metadata = terms.Metadata,
            }));
        var transfer = TransferResponse.Create(record, index);
        return new WebhookData(
            transfer,
            Hold: record.Hold is { } hold ? WebhookHold.From(hold, posting.Asset) : null,
            Grant: transfer.Grant is null ? null
                : posting.Kind == TransferKind.Grant ? GrantResponse.Issued(record) : GrantResponse.Ended(posting),
            Reversed: transfer.Reverses is { } reversed ? new ReversedTransfer(reversed, record.Reversed) : null);
    }
}
