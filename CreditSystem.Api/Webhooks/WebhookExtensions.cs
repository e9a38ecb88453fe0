using CreditSystem.Api.Webhooks.Endpoints;

namespace CreditSystem.Api.Webhooks;

internal static class WebhookExtensions
{
    /// <summary>
    /// Adds what tells tenants of events in their ledger: the dispatcher that queues them and the sender that delivers them.
    /// </summary>
    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<WebhookOptions>().BindConfiguration(WebhookOptions.SectionName).ValidateDataAnnotations();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookDispatcher>();
        services.AddSingleton<WebhookPost>();
        services.AddSingleton<WebhookHealth>();
        services.AddSingleton<WebhookSender>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookDispatcher>());
        services.AddHostedService(provider => provider.GetRequiredService<WebhookSender>());
    }

    /// <summary>Maps the administration of webhook endpoints, under <c>/v1</c>.</summary>
    public static void MapWebhooks(this IEndpointRouteBuilder routes) => routes.MapV1().MapWebhookEndpoints();
}
