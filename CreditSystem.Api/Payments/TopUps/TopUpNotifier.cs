using System.Text.Json;
using CreditSystem.Api.Webhooks;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>Queues what has happened to top-ups for the tenant's webhook endpoints: at least once, under the same id each time.</summary>
internal sealed class TopUpNotifier(TopUpStore store, WebhookStore webhooks, CreditLedger ledger, TimeProvider time)
{
    private const int PoliciesAtOnce = 100;

    public async Task TellAsync(int partition, CancellationToken cancellationToken)
    {
        foreach (var policy in await store.UntoldAsync(partition, PoliciesAtOnce, cancellationToken))
        {
            var endpoints = (await webhooks.ListAsync(policy.Tenant, cancellationToken)).FindAll(endpoint => !endpoint.Disabled);
            var deliveries = policy.Events.SelectMany(told => endpoints.Where(endpoint => endpoint.Wants(told.Type))
                .Select(endpoint => Delivery(endpoint, policy, told, ledger.Partitions[partition].Status.Head))).ToList();
            if (deliveries.Count > 0)
                await webhooks.QueueAsync(deliveries, cancellationToken);
            await store.ToldAsync(policy.Account, [.. policy.Events.Select(told => told.Id)], cancellationToken);
        }
    }

    private WebhookDelivery Delivery(WebhookEndpoint endpoint, TopUpPolicy policy, TopUpEvent told, long block)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var message = new TopUpMessage(told.Id, told.Type, policy.Tenant, block, told.At, new TopUpMessageData(new TopUpMessageBody(
            policy.Account, told.Payment, told.Credits, told.Price, told.Currency, told.Reason)));
        return WebhookDelivery.Create(
            endpoint, Guid.ParseExact(told.Id, "D"), told.Type, JsonSerializer.Serialize(message, ApiJson.Default.TopUpMessage), now);
    }
}

/// <summary>What an endpoint is sent, in the shape of the ledger's events.</summary>
internal sealed record TopUpMessage(
    string Id, [property: ValuesOf(typeof(TopUpEvents))] string Type,
    string Tenant, long Block, DateTimeOffset CreatedAt, TopUpMessageData Data);

internal sealed record TopUpMessageData(TopUpMessageBody TopUp);

/// <param name="Payment">The payment at the provider, where there is one.</param>
/// <param name="Credits">Minor units of the asset.</param>
/// <param name="Price">Minor units of the currency.</param>
internal sealed record TopUpMessageBody(
    string Account, string? Payment, [property: JsonConverter(typeof(MinorUnitsConverter))] long Credits, long Price, string Currency,
    string? Reason);
