namespace CreditSystem.AppHost.Hosting;

internal static class RegistrationExtensions
{
    /// <summary>
    /// Lets anybody who reaches this machine open a tenant while the system runs here. Services that the AppHost starts do not have its
    /// environment's name, and what is published stays closed until somebody opens it.
    /// </summary>
    internal static IResourceBuilder<ProjectResource> WithOpenRegistration(this IResourceBuilder<ProjectResource> api) =>
        api.ApplicationBuilder.ExecutionContext.IsRunMode ? api.WithEnvironment("Registration__NewTenants", "Open") : api;
}
