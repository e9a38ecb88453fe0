namespace CreditSystem.Api.Webhooks;

internal static class WebhooksExtensions
{
    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<WebhookOptions>().BindConfiguration(WebhookOptions.SectionName).ValidateDataAnnotations();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookFeed>();
        services.AddSingleton<WebhookPost>();
        services.AddSingleton<WebhookHealth>();
        services.AddSingleton<WebhookSender>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<WebhookSender>());
    }
}
