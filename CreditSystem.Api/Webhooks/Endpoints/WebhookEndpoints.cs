using CreditSystem.Api.Authentication;
using CreditSystem.Identity;

namespace CreditSystem.Api.Webhooks.Endpoints;

internal static class WebhookEndpoints
{
    public static void MapWebhookEndpoints(this IEndpointRouteBuilder routes)
    {
        // Their secrets are credentials: a caller that may manage those may manage these.
        var endpoints = routes.MapGroup("/webhook-endpoints").WithTags("Webhooks").RequireScope(Scope.KeysAdmin);
        endpoints.MapPost("", CreateWebhookEndpoint.HandleAsync).ProducesProblems(415, 422)
            .WithName("CreateWebhookEndpoint").WithSummary("Ask to be told of events; the secret is shown this once");
        endpoints.MapGet("", ManageWebhookEndpoints.ListAsync).WithName("ListWebhookEndpoints")
            .WithSummary("List the tenant's webhook endpoints");

        var one = endpoints.MapGroup("/{id}").ProducesProblems(404);
        one.MapGet("", ManageWebhookEndpoints.GetAsync)
            .WithName("GetWebhookEndpoint").WithSummary("Read a webhook endpoint, without its secret");
        one.MapDelete("", ManageWebhookEndpoints.DeleteAsync)
            .WithName("DeleteWebhookEndpoint").WithSummary("Delete an endpoint and what is on its way to it");
        one.MapPost("/enable", ManageWebhookEndpoints.EnableAsync)
            .WithName("EnableWebhookEndpoint").WithSummary("Deliver again to an endpoint that is paused or disabled");
        one.MapPost("/rotate-secret", ManageWebhookEndpoints.RotateAsync).ProducesProblems(415)
            .WithName("RotateWebhookSecret").WithSummary("Give an endpoint another secret; both sign for a while");
        one.MapGet("/deliveries", WebhookDeliveries.ListAsync)
            .WithName("ListWebhookDeliveries").WithSummary("List deliveries, newest first; ?status=dead is the dead-letter list");
        one.MapPost("/deliveries/{delivery}/redeliver", WebhookDeliveries.RedeliverAsync)
            .WithName("RedeliverWebhook").WithSummary("Deliver an event again");
    }
}
