using System.ComponentModel;
using MongoDB.Driver;

namespace CreditSystem.Api.Webhooks.Endpoints;

internal static class WebhookDeliveries
{
    private static readonly string[] Statuses = [WebhookDelivery.Pending, WebhookDelivery.Delivered, WebhookDelivery.Dead];

    public static async Task<Results<Ok<WebhookDeliveryPage>, ProblemHttpResult>> ListAsync(
        RequestCaller caller, string id, WebhookStore store,
        [Description("Only those that are pending, delivered or dead.")]
        [AllowedValues(WebhookDelivery.Pending, WebhookDelivery.Delivered, WebhookDelivery.Dead)]
        string? status,
        [AsParameters] PageQuery paging,
        CancellationToken cancellationToken)
    {
        if (status is not null && !Statuses.Contains(status))
            return ApiProblems.BadRequest("invalid_status", $"status must be one of {string.Join(", ", Statuses)}.");
        if (!paging.Read().TryGet(out var wanted, out var problem))
            return problem;
        if (!TimePlace.TryRead(wanted.Place, out var after))
            return Page.Invalid();
        if (await store.FindAsync(caller.Tenant, id, cancellationToken) is null)
            return ApiProblems.NotFound("webhook_endpoint");
        var found = await store.ListDeliveriesAsync(id, status, after, wanted.Limit + 1, cancellationToken);
        var page = found.Take(wanted.Limit).ToList();
        return TypedResults.Ok(new WebhookDeliveryPage(
            [.. page.Select(WebhookDeliveryResponse.From)],
            found.Count > wanted.Limit ? wanted.CursorAt(TimePlace.Of(page[^1].CreatedAt, page[^1].Id)) : null));
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
