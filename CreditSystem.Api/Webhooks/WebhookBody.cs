using System.Text.Json;
using System.Text.Json.Serialization;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Api.Webhooks;

/// <summary>What an endpoint is sent.</summary>
/// <param name="Id">The same for the same event: what a receiver recognizes a repetition by.</param>
/// <param name="Type">For example <c>transfer.posted</c>.</param>
/// <param name="Block">The block of the log that holds it: what orders the events of a tenant.</param>
internal sealed record WebhookMessage(
    Guid Id, [property: ValuesOf(typeof(LedgerEvents))] string Type, string Tenant, long Block, DateTimeOffset CreatedAt, WebhookData Data);

/// <summary>What it ledgerEvent to: a transfer, or the account that was opened.</summary>
internal sealed record WebhookData(TransferResponse? Transfer, AccountResponse? Account);

internal static class WebhookBody
{
    public static string Write(OutboxEvent ledgerEvent) => JsonSerializer.Serialize(
        new WebhookMessage(
            ledgerEvent.Id, ledgerEvent.Type, ledgerEvent.Tenant, ledgerEvent.Block, WireNames.Time(ledgerEvent.At),
            ledgerEvent.Posting < 0
                ? new WebhookData(null, AccountResponse.From(ledgerEvent.Record.Opened[0]))
                : new WebhookData(TransferResponse.Create(ledgerEvent.Record, ledgerEvent.Posting), null)),
        WebhookBodyJson.Default.WebhookMessage);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ResponseTimeConverter)])]
[JsonSerializable(typeof(WebhookMessage))]
internal sealed partial class WebhookBodyJson : JsonSerializerContext;
