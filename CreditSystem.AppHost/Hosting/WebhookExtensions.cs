namespace CreditSystem.AppHost.Hosting;

internal static class WebhookExtensions
{
    /// <summary>
    /// Lets a receiver on this machine be told of events while the system runs here, by plain HTTP and on loopback. What is published
    /// delivers to public addresses by HTTPS alone.
    /// </summary>
    internal static IResourceBuilder<ProjectResource> WithLocalWebhookReceivers(this IResourceBuilder<ProjectResource> api) =>
        api.ApplicationBuilder.ExecutionContext.IsRunMode ? api.WithEnvironment("Webhooks__AllowPrivateAddresses", "true") : api;
}
