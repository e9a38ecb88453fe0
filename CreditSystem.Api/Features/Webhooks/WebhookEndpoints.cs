using CreditSystem.Api.Authentication;
using CreditSystem.Identity;

namespace CreditSystem.Api.Features.Webhooks;

internal static class WebhookEndpoints
{
    public static void MapWebhookEndpoints(this IEndpointRouteBuilder routes)
    {
        // Their secrets are credentials, so whoever may manage those may manage these.
        var endpoints = routes.MapGroup("/webhook-endpoints").WithTags("Webhooks").RequireScope(Scope.KeysAdmin);
        endpoints.MapPost("", CreateWebhookEndpoint.HandleAsync).WithName("CreateWebhookEndpoint").WithSummary("Ask to be told of events; the secret is shown this once")
            .Accepts<CreateWebhookEndpointRequest>("application/json").Produces<IssuedWebhookEndpointResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        endpoints.MapGet("", ManageWebhookEndpoints.ListAsync).WithName("ListWebhookEndpoints").WithSummary("List the tenant's webhook endpoints").Produces<WebhookEndpointList>();

        var one = endpoints.MapGroup("/{id}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("", ManageWebhookEndpoints.GetAsync).WithName("GetWebhookEndpoint").WithSummary("Read a webhook endpoint, without its secret").Produces<WebhookEndpointResponse>();
        one.MapDelete("", ManageWebhookEndpoints.DeleteAsync).WithName("DeleteWebhookEndpoint").WithSummary("Delete an endpoint and what is on its way to it").Produces(StatusCodes.Status204NoContent);
        one.MapPost("/enable", ManageWebhookEndpoints.EnableAsync).WithName("EnableWebhookEndpoint").WithSummary("Deliver again to an endpoint that is paused or disabled").Produces<WebhookEndpointResponse>();
        one.MapPost("/rotate-secret", ManageWebhookEndpoints.RotateAsync).WithName("RotateWebhookSecret").WithSummary("Give an endpoint another secret; both sign for a while")
            .Accepts<RotateWebhookSecretRequest>("application/json").Produces<IssuedWebhookEndpointResponse>().ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        one.MapGet("/deliveries", WebhookDeliveries.ListAsync).WithName("ListWebhookDeliveries").WithSummary("List deliveries, newest first; ?status=dead is the dead-letter list").Produces<WebhookDeliveryList>();
        one.MapPost("/deliveries/{delivery}/redeliver", WebhookDeliveries.RedeliverAsync).WithName("RedeliverWebhook").WithSummary("Deliver an event again")
            .Produces<WebhookDeliveryResponse>(StatusCodes.Status202Accepted);
    }
}
