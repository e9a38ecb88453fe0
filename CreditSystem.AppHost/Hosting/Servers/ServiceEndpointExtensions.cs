namespace CreditSystem.AppHost.Hosting.Servers;

internal static class ServiceEndpointExtensions
{
    internal const string Management = "management";

    /// <summary>The port that clients use: a fixed one on this machine, that of the image where it is deployed.</summary>
    /// <param name="service">The service.</param>
    /// <param name="port">Port on this machine, 1–65535.</param>
    /// <param name="publishedPort">Port in the image; the deployment tool's choice, if null.</param>
    internal static IResourceBuilder<ProjectResource> WithServiceEndpoint(this IResourceBuilder<ProjectResource> service, int port,
        int? publishedPort = null) =>
        service.ApplicationBuilder.ExecutionContext.IsPublishMode
            // Aspire would let everybody say whom a request is from; which proxies may, is each service's own setting.
            ? service.DisableForwardedHeaders().WithHttpEndpoint(targetPort: publishedPort)
            : service.WithHttpEndpoint(port: port);

    /// <summary>The port for Prometheus and the probes, which no client of the service can reach.</summary>
    /// <param name="service">The service.</param>
    /// <param name="publishedPort">Port in the image, 1–65535.</param>
    internal static IResourceBuilder<ProjectResource> WithManagementEndpoint(this IResourceBuilder<ProjectResource> service,
        int publishedPort) =>
        service
            .WithHttpEndpoint(targetPort: service.ApplicationBuilder.ExecutionContext.IsPublishMode ? publishedPort : null,
                name: Management)
            .WithEndpoint(Management, endpoint => endpoint.ExcludeReferenceEndpoint = true)
            .WithUrlForEndpoint(Management, url => (url.DisplayText, url.DisplayLocation) = ("Management", UrlDisplayLocation.DetailsOnly))
            .WithEnvironment("Management__Port", $"{service.GetEndpoint(Management).Property(EndpointProperty.TargetPort)}");
}
