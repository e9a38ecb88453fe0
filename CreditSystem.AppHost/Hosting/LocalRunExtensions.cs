namespace CreditSystem.AppHost.Hosting;

/// <summary>What the API is allowed while the system runs here; what is published stays as strict as it is.</summary>
internal static class LocalRunExtensions
{
    /// <summary>
    /// Lets anybody who reaches this machine open a tenant while the system runs here. Services that the AppHost starts do not have its
    /// environment's name, and what is published stays closed until somebody opens it.
    /// </summary>
    internal static IResourceBuilder<ProjectResource> WithOpenRegistration(this IResourceBuilder<ProjectResource> api) =>
        api.ApplicationBuilder.ExecutionContext.IsRunMode ? api.WithEnvironment("Registration__NewTenants", "Open") : api;

    /// <summary>
    /// Lets a receiver on this machine be told of events while the system runs here, by plain HTTP and on loopback. What is published
    /// delivers to public addresses by HTTPS alone.
    /// </summary>
    internal static IResourceBuilder<ProjectResource> WithLocalWebhookReceivers(this IResourceBuilder<ProjectResource> api) =>
        api.ApplicationBuilder.ExecutionContext.IsRunMode ? api.WithEnvironment("Webhooks__AllowPrivateAddresses", "true") : api;
}
