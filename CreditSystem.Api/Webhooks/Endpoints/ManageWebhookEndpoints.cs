using MongoDB.Driver;

namespace CreditSystem.Api.Webhooks.Endpoints;

internal static class ManageWebhookEndpoints
{
    private const int DefaultOverlapSeconds = 86_400;

    public static async Task<Ok<WebhookEndpointList>> ListAsync(
        RequestCaller caller, WebhookStore store, TimeProvider time, CancellationToken cancellationToken) => TypedResults.Ok(
            new WebhookEndpointList(
        [.. (await store.ListAsync(caller.Tenant, cancellationToken))
            .Select(endpoint => WebhookEndpointResponse.From(endpoint, time.GetUtcNow()))]));

    public static async Task<Results<Ok<WebhookEndpointResponse>, ProblemHttpResult>> GetAsync(
        RequestCaller caller, string id, WebhookStore store, TimeProvider time, CancellationToken cancellationToken) =>
        Answer(await store.FindAsync(caller.Tenant, id, cancellationToken), time);

    public static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        RequestCaller caller, string id, WebhookStore store, CancellationToken cancellationToken) =>
        await store.DeleteAsync(caller.Tenant, id, cancellationToken) ? TypedResults.NoContent() : ApiProblems.NotFound("webhook_endpoint");

    /// <summary>Ends a pause as well. Nothing of the time in between is lost: it waits in the log.</summary>
    public static async Task<Results<Ok<WebhookEndpointResponse>, ProblemHttpResult>> EnableAsync(
        RequestCaller caller, string id, WebhookHealth health, TimeProvider time, CancellationToken cancellationToken) =>
        Answer(await health.EnableAsync(caller.Tenant, id, cancellationToken), time);

    /// <summary>Nothing is delivered to it until it is enabled; nothing of the time in between is lost.</summary>
    public static async Task<Results<Ok<WebhookEndpointResponse>, ProblemHttpResult>> PauseAsync(
        RequestCaller caller, string id, WebhookHealth health, TimeProvider time, CancellationToken cancellationToken) =>
        Answer(await health.HoldAsync(caller.Tenant, id, cancellationToken), time);

    internal static Results<Ok<WebhookEndpointResponse>, ProblemHttpResult> Answer(WebhookEndpoint? endpoint, TimeProvider time) =>
        endpoint is null
            ? ApiProblems.NotFound("webhook_endpoint")
            : TypedResults.Ok(WebhookEndpointResponse.From(endpoint, time.GetUtcNow()));

    public static async Task<Results<Ok<IssuedWebhookEndpointResponse>, ProblemHttpResult>> RotateAsync(
        RequestCaller caller, JsonBody<RotateWebhookSecretRequest> body, string id,
        WebhookStore store, WebhookSecrets secrets, TimeProvider time, CancellationToken cancellationToken)
    {
        var overlapSeconds = body.Value.OverlapSeconds ?? DefaultOverlapSeconds;
        if (RequestValidation.Overlap(overlapSeconds) is { } invalid)
            return invalid;
        if (await store.FindAsync(caller.Tenant, id, cancellationToken) is not { } endpoint)
            return ApiProblems.NotFound("webhook_endpoint");
        var (plaintext, ciphertext) = await secrets.CreateAsync(id, cancellationToken);
        var change = Builders<WebhookEndpoint>.Update.Set(item => item.Secret, ciphertext).Set(item => item.Previous, endpoint.Secret)
            .Set(item => item.PreviousUntil, time.GetUtcNow().UtcDateTime.AddSeconds(overlapSeconds));
        return await store.UpdateAsync(caller.Tenant, id, change, cancellationToken) is { } rotated
            ? TypedResults.Ok(new IssuedWebhookEndpointResponse(plaintext, WebhookEndpointResponse.From(rotated, time.GetUtcNow())))
            : ApiProblems.NotFound("webhook_endpoint");
    }
}
