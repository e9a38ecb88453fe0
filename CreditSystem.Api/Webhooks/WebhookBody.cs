using System.Text.Json;
using System.Text.Json.Serialization;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Api.Http;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Api.Webhooks;

/// <summary>What an endpoint is sent.</summary>
/// <param name="Id">The same for the same event for ever: what a receiver recognizes a repetition by.</param>
/// <param name="Type">For example <c>transfer.posted</c>.</param>
/// <param name="Block">The block of the log that holds it: what orders the events of a tenant.</param>
internal sealed record WebhookMessage(Guid Id, string Type, string Tenant, long Block, DateTimeOffset CreatedAt, WebhookData Data);

/// <summary>What it happened to: a transfer, or the account that was opened.</summary>
internal sealed record WebhookData(TransferResponse? Transfer, AccountResponse? Account);

internal static class WebhookBody
{
    public static string Write(OutboxEvent happened) => JsonSerializer.Serialize(
        new WebhookMessage(
            happened.Id, happened.Type, happened.Tenant, happened.Block, Codes.Time(happened.At),
            happened.Posting < 0
                ? new WebhookData(null, AccountResponse.Of(happened.Record.Opened[0]))
                : new WebhookData(TransferResponse.Of(happened.Record, happened.Posting), null)),
        WebhookBodyJson.Default.WebhookMessage);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WebhookMessage))]
internal sealed partial class WebhookBodyJson : JsonSerializerContext;
