using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Api.Webhooks;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Webhooks;

internal static class ManageWebhookEndpoints
{
    private const int DefaultOverlapSeconds = 86_400;
    private const int MaxOverlapSeconds = 7 * 86_400;

    public static async Task<IResult> ListAsync(HttpContext context, WebhookStore store, TimeProvider time) => TypedResults.Ok(new WebhookEndpointList(
        [.. (await store.ListAsync(context.GetCaller().Tenant, context.RequestAborted)).Select(endpoint => WebhookEndpointResponse.Of(endpoint, time.GetUtcNow()))]));

    public static async Task<IResult> GetAsync(HttpContext context, string id, WebhookStore store, TimeProvider time) =>
        await store.FindAsync(context.GetCaller().Tenant, id, context.RequestAborted) is { } endpoint
            ? TypedResults.Ok(WebhookEndpointResponse.Of(endpoint, time.GetUtcNow()))
            : Refusal.NotFound("webhook_endpoint");

    public static async Task<IResult> DeleteAsync(HttpContext context, string id, WebhookStore store) =>
        await store.DeleteAsync(context.GetCaller().Tenant, id, context.RequestAborted) ? TypedResults.NoContent() : Refusal.NotFound("webhook_endpoint");

    /// <summary>Ends a pause as well. Nothing of the time in between is lost: it waits in the log.</summary>
    public static async Task<IResult> EnableAsync(HttpContext context, string id, WebhookHealth health, TimeProvider time) =>
        await health.EnableAsync(context.GetCaller().Tenant, id, context.RequestAborted) is { } endpoint
            ? TypedResults.Ok(WebhookEndpointResponse.Of(endpoint, time.GetUtcNow()))
            : Refusal.NotFound("webhook_endpoint");

    public static async Task<IResult> RotateAsync(HttpContext context, string id, WebhookStore store, WebhookSecrets secrets, TimeProvider time)
    {
        var (tenant, aborted) = (context.GetCaller().Tenant, context.RequestAborted);
        if (!(await JsonBody.ReadAsync(context.Request, WebhookJson.Default.RotateWebhookSecretRequest)).TryGet(out var request, out var problem))
            return problem;
        if (request.OverlapSeconds is < 0 or > MaxOverlapSeconds)
            return Refusal.BadRequest("invalid_overlap_seconds", $"overlap_seconds must be between 0 and {MaxOverlapSeconds}.");
        if (await store.FindAsync(tenant, id, aborted) is not { } endpoint)
            return Refusal.NotFound("webhook_endpoint");
        var (shown, kept) = await secrets.CreateAsync(id, aborted);
        var change = Builders<WebhookEndpoint>.Update.Set(item => item.Secret, kept).Set(item => item.Previous, endpoint.Secret)
            .Set(item => item.PreviousUntil, time.GetUtcNow().UtcDateTime.AddSeconds(request.OverlapSeconds ?? DefaultOverlapSeconds));
        return await store.UpdateAsync(tenant, id, change, aborted) is { } rotated
            ? TypedResults.Ok(new IssuedWebhookEndpointResponse(shown, WebhookEndpointResponse.Of(rotated, time.GetUtcNow())))
            : Refusal.NotFound("webhook_endpoint");
    }
}
