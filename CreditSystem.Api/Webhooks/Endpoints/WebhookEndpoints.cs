namespace CreditSystem.Api.Webhooks.Endpoints;

internal static class WebhookEndpoints
{
    public static void MapWebhookEndpoints(this IEndpointRouteBuilder routes)
    {
        // Who may make an endpoint is sent all that happens: that is a right of its own.
        var all = routes.MapGroup("/webhook-endpoints").WithTags("Webhooks");
        var (endpoints, changes) = (all.MapGroup("").RequireScope(Scope.WebhooksRead), all.MapGroup("").RequireScope(Scope.WebhooksWrite));
        changes.MapPost("", CreateWebhookEndpoint.HandleAsync).ProducesProblems(415, 422)
            .WithName("CreateWebhookEndpoint").WithSummary("Ask to be told of events; the secret is shown this once");
        endpoints.MapGet("", ManageWebhookEndpoints.ListAsync).WithName("ListWebhookEndpoints")
            .WithSummary("List the tenant's webhook endpoints");

        var (one, write) = (endpoints.MapGroup("/{id}").ProducesProblems(404), changes.MapGroup("/{id}").ProducesProblems(404));
        one.MapGet("", ManageWebhookEndpoints.GetAsync)
            .WithName("GetWebhookEndpoint").WithSummary("Read a webhook endpoint, without its secret");
        write.MapPatch("", ChangeWebhookEndpoint.HandleAsync).ProducesProblems(415)
            .WithName("ChangeWebhookEndpoint").WithSummary("Change where an endpoint is, or what it is told of");
        write.MapPost("/pause", ManageWebhookEndpoints.PauseAsync)
            .WithName("PauseWebhookEndpoint").WithSummary("Deliver nothing to an endpoint until it is enabled");
        write.MapPost("/send-test", ChangeWebhookEndpoint.TestAsync)
            .WithName("TestWebhookEndpoint").WithSummary("Send an endpoint a test event");
        write.MapDelete("", ManageWebhookEndpoints.DeleteAsync)
            .WithName("DeleteWebhookEndpoint").WithSummary("Delete an endpoint and what is on its way to it");
        write.MapPost("/enable", ManageWebhookEndpoints.EnableAsync)
            .WithName("EnableWebhookEndpoint").WithSummary("Deliver again to an endpoint that is paused or disabled");
        write.MapPost("/rotate-secret", ManageWebhookEndpoints.RotateAsync).ProducesProblems(415)
            .WithName("RotateWebhookSecret").WithSummary("Give an endpoint another secret; both sign for a while");
        one.MapGet("/deliveries", WebhookDeliveries.ListAsync)
            .WithName("ListWebhookDeliveries").WithSummary("List deliveries, newest first; ?status=dead is the dead-letter list");
        write.MapPost("/deliveries/{delivery}/redeliver", WebhookDeliveries.RedeliverAsync)
            .WithName("RedeliverWebhook").WithSummary("Deliver an event again");
    }
}
