using MongoDB.Driver;

namespace CreditSystem.Api.Webhooks.Endpoints;

internal static class WebhookDeliveries
{
    private static readonly string[] Statuses = [WebhookDelivery.Pending, WebhookDelivery.Delivered, WebhookDelivery.Dead];

    public static async Task<Results<Ok<WebhookDeliveryList>, ProblemHttpResult>> ListAsync(
        RequestCaller caller, string id, WebhookStore store, string? status, int? limit, CancellationToken cancellationToken)
    {
        if (status is not null && !Statuses.Contains(status))
            return ApiProblems.BadRequest("invalid_status", $"status must be one of {string.Join(", ", Statuses)}.");
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        if (await store.FindAsync(caller.Tenant, id, cancellationToken) is null)
            return ApiProblems.NotFound("webhook_endpoint");
        var deliveries = await store.ListDeliveriesAsync(id, status, size, cancellationToken);
        return TypedResults.Ok(new WebhookDeliveryList([.. deliveries.Select(WebhookDeliveryResponse.From)]));
    }

    /// <summary>From the first attempt on again, whatever became of it: the receiver knows the event by its id.</summary>
    public static async Task<Results<Accepted<WebhookDeliveryResponse>, ProblemHttpResult>> RedeliverAsync(
        RequestCaller caller, string id, string delivery, WebhookStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(caller.Tenant, id, cancellationToken) is null || !delivery.StartsWith($"{id}.", StringComparison.Ordinal))
            return ApiProblems.NotFound("webhook_delivery");
        var change = Builders<WebhookDelivery>.Update.Set(item => item.Status, WebhookDelivery.Pending).Set(item => item.Attempts, 0)
            .Set(item => item.NextAt, time.GetUtcNow().UtcDateTime).Unset(item => item.ExpiresAt);
        return await store.ChangeAsync(caller.Tenant, delivery, change, cancellationToken) is { } queued
            ? TypedResults.Accepted((string?)null, WebhookDeliveryResponse.From(queued))
            : ApiProblems.NotFound("webhook_delivery");
    }
}
