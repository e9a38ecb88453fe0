namespace CreditSystem.AppHost.Hosting;

internal static class DevelopmentExtensions
{
    /// <summary>
    /// While the system runs here, anybody who reaches this machine may open a tenant, and webhooks go to this machine by plain HTTP.
    /// Services that the AppHost starts do not have its environment's name, and what is published stays closed until somebody opens it.
    /// </summary>
    internal static IResourceBuilder<ProjectResource> WithDevelopmentSettings(this IResourceBuilder<ProjectResource> api) =>
        api.ApplicationBuilder.ExecutionContext.IsRunMode
            ? api.WithEnvironment("Registration__NewTenants", "Open").WithEnvironment("Webhooks__AllowPrivateAddresses", "true")
            : api;
}
