using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Api.Webhooks;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Webhooks;

internal static class WebhookDeliveries
{
    private static readonly string[] Statuses = [WebhookDelivery.Pending, WebhookDelivery.Delivered, WebhookDelivery.Dead];

    public static async Task<IResult> ListAsync(HttpContext context, string id, WebhookStore store, string? status, int? limit)
    {
        if (status is not null && !Statuses.Contains(status))
            return Refusal.BadRequest("invalid_status", $"status must be one of {string.Join(", ", Statuses)}.");
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        if (await store.FindAsync(context.GetCaller().Tenant, id, context.RequestAborted) is null)
            return Refusal.NotFound("webhook_endpoint");
        var deliveries = await store.ListDeliveriesAsync(id, status, size, context.RequestAborted);
        return TypedResults.Ok(new WebhookDeliveryList([.. deliveries.Select(WebhookDeliveryResponse.Of)]));
    }

    /// <summary>From the first attempt on again, whatever became of it: the receiver knows the event by its id.</summary>
    public static async Task<IResult> RedeliverAsync(HttpContext context, string id, string delivery, WebhookStore store, TimeProvider time)
    {
        var tenant = context.GetCaller().Tenant;
        if (await store.FindAsync(tenant, id, context.RequestAborted) is null || !delivery.StartsWith($"{id}.", StringComparison.Ordinal))
            return Refusal.NotFound("webhook_delivery");
        var change = Builders<WebhookDelivery>.Update.Set(item => item.Status, WebhookDelivery.Pending).Set(item => item.Attempts, 0)
            .Set(item => item.NextAt, time.GetUtcNow().UtcDateTime).Unset(item => item.ExpiresAt);
        return await store.ChangeAsync(tenant, delivery, change, context.RequestAborted) is { } queued
            ? TypedResults.Accepted((string?)null, WebhookDeliveryResponse.Of(queued))
            : Refusal.NotFound("webhook_delivery");
    }
}
