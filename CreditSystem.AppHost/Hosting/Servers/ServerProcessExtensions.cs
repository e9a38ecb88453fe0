using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.AppHost.Hosting.Servers;

internal static class ServerProcessExtensions
{
    /// <summary>
    /// Where servers run as processes, a project of <c>dev/</c> takes the container's place under its name. It gets the
    /// container's environment and endpoints, so that what refers to the container reaches the process.
    /// </summary>
    /// <param name="container">The server as a container.</param>
    /// <param name="mode">What servers run as.</param>
    /// <param name="listenVariable">Variable that tells the process where to listen.</param>
    /// <param name="listenHost">What stands before the port in it, if it is an address.</param>
    /// <param name="healthCheck">Stands in for the container's check, which waits for an event of a resource that is not there.</param>
    /// <returns>The resource to wait for.</returns>
    internal static IResourceBuilder<IResourceWithEndpoints> RunAsProcess<TProject>(this IResourceBuilder<ContainerResource> container,
        ServerMode mode, string listenVariable, string listenHost = "", IHealthCheck? healthCheck = null)
        where TProject : IProjectMetadata, new()
    {
        if (!mode.IsProcesses)
            return container;

        var builder = container.ApplicationBuilder;
#pragma warning disable ASPIRECERTIFICATES001 // A trusted developer certificate turns TLS on, which the process has not.
        container.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
        builder.RemoveWithChildren(container.Resource);
        var process = builder.AddProject<TProject>(container.Resource.Name)
            .WithEnvironment("DEV_DATA_DIRECTORY", Path.Combine(mode.DataDirectory, container.Resource.Name));
        process.Resource.Take<EnvironmentCallbackAnnotation>(container.Resource);
        process.Resource.Take<EndpointAnnotation>(container.Resource);
        process.Resource.Take<ResourceIconAnnotation>(container.Resource);
        process.Resource.Take<ResourceUrlsCallbackAnnotation>(container.Resource);
        if (healthCheck is null)
            process.Resource.Take<HealthCheckAnnotation>(container.Resource);
        else
            process.WithServerHealthCheck(healthCheck);

        foreach (var endpoint in container.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            // A port of the container's own network means nothing to a process.
            endpoint.TargetPort = null;
            process.WithEnvironment(
                listenVariable, $"{listenHost}{process.GetEndpoint(endpoint.Name).Property(EndpointProperty.TargetPort)}");
        }

        return process;
    }

    private static void WithServerHealthCheck(this IResourceBuilder<ProjectResource> process, IHealthCheck check)
    {
        var key = $"{process.Resource.Name}_process_check";
        process.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, check, HealthStatus.Unhealthy, null));
        process.WithHealthCheck(key);
    }

    private static void RemoveWithChildren(this IDistributedApplicationBuilder builder, IResource resource)
    {
        foreach (var child in builder.Resources.OfType<IResourceWithParent>().Where(child => child.Parent == resource).ToList())
            builder.Resources.Remove(child);

        builder.Resources.Remove(resource);
    }

    private static void Take<TAnnotation>(this ProjectResource resource, ContainerResource other)
        where TAnnotation : IResourceAnnotation
    {
        foreach (var annotation in other.Annotations.OfType<TAnnotation>())
            resource.Annotations.Add(annotation);
    }
}
