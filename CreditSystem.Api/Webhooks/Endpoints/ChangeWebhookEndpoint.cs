using MongoDB.Driver;

namespace CreditSystem.Api.Webhooks.Endpoints;

internal static class ChangeWebhookEndpoint
{
    /// <summary>What is on its way goes to the new address.</summary>
    public static async Task<Results<Ok<WebhookEndpointResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<ChangeWebhookEndpointRequest> body, string id, WebhookStore store,
        IOptions<WebhookOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = body.Value;
        if (request is { Url: null, Types: null })
            return ApiProblems.BadRequest(ProblemCodes.Malformed, "Give url or types.");
        if (((request.Url is { } given ? CreateWebhookEndpoint.CheckUrl(given, options.Value.AllowPrivateAddresses) : null)
            ?? CreateWebhookEndpoint.CheckTypes(request.Types)) is { } invalid)
            return invalid;
        var changes = new List<UpdateDefinition<WebhookEndpoint>>();
        if (request.Url is { } url)
            changes.Add(Builders<WebhookEndpoint>.Update.Set(item => item.Url, url));
        if (request.Types is { } types)
            changes.Add(Builders<WebhookEndpoint>.Update.Set(item => item.Types, types.Distinct(StringComparer.Ordinal).ToArray()));
        return ManageWebhookEndpoints.Answer(
            await store.UpdateAsync(caller.Tenant, id, Builders<WebhookEndpoint>.Update.Combine(changes), cancellationToken), time);
    }

    /// <summary>An event that belongs to nothing, signed and delivered like all others.</summary>
    public static async Task<Results<Accepted<WebhookDeliveryResponse>, ProblemHttpResult>> TestAsync(
        RequestCaller caller, string id, WebhookStore store, CreditLedger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(caller.Tenant, id, cancellationToken) is not { } endpoint)
            return ApiProblems.NotFound("webhook_endpoint");
        var now = time.GetUtcNow();
        var message = new WebhookMessage(
            Guid.CreateVersion7(now), WebhookTypes.Test, endpoint.Tenant, ledger.Partitions[endpoint.Partition].Status.Head, now,
            new WebhookData());
        var delivery = WebhookDelivery.Create(endpoint, message.Id, message.Type, WebhookBody.Write(message), now.UtcDateTime);
        await store.QueueAsync([delivery], cancellationToken);
        return TypedResults.Accepted((string?)null, WebhookDeliveryResponse.From(delivery));
    }
}
