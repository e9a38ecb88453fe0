using System.Net;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Waits with starting until another resource runs and is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitUntilHealthy));

    /// <summary>Waits with starting until another resource has ended.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport => builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitForCompletion, exitCode));

    /// <summary>Makes a health check of the host tell whether the resource is healthy.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource => builder.WithAnnotation(new HealthCheckAnnotation(key));

    /// <summary>Asks the resource over HTTP whether it is healthy.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path">Path, <c>/</c> by default.</param>
    /// <param name="statusCode">Status of a healthy one, 200 by default.</param>
    /// <param name="endpointName">Endpoint; the first HTTP one by default.</param>
    /// <exception cref="DistributedApplicationException">The resource has no HTTP endpoint.</exception>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        var name = endpointName ?? builder.Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => endpoint.UriScheme is "http" or "https")?.Name
            ?? throw new DistributedApplicationException($"Could not create HTTP health check for resource '{builder.Resource.Name}' as no endpoint was found matching one of the specified names: https, http");
        var expected = (HttpStatusCode)(statusCode ?? 200);
        var endpoint = builder.GetEndpoint(name);
        var key = $"{builder.Resource.Name}_{name}_{path ?? "/"}_{(int)expected}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, _ => new HttpCheck(endpoint, path ?? "/", expected), null, null));
        return builder.WithHealthCheck(key);
    }

    /// <summary>Calls back each time the resource runs and is healthy after a start.</summary>
    public static IResourceBuilder<T> OnResourceReady<T>(this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback)
        where T : IResource
    {
        builder.ApplicationBuilder.Eventing.Subscribe<ResourceReadyEvent>(builder.Resource, (e, cancellationToken) => callback(builder.Resource, e, cancellationToken));
        return builder;
    }

    /// <summary>Calls back when the endpoints of the resource have addresses.</summary>
    public static IResourceBuilder<T> OnResourceEndpointsAllocated<T>(this IResourceBuilder<T> builder, Func<T, ResourceEndpointsAllocatedEvent, CancellationToken, Task> callback)
        where T : IResourceWithEndpoints
    {
        builder.ApplicationBuilder.Eventing.Subscribe<ResourceEndpointsAllocatedEvent>(builder.Resource, (e, cancellationToken) => callback(builder.Resource, e, cancellationToken));
        return builder;
    }

    private sealed class HttpCheck(EndpointReference endpoint, string path, HttpStatusCode expected) : IHealthCheck
    {
        private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
        {
            try
            {
                using var response = await Client.GetAsync(new Uri(new Uri(endpoint.Url), path), cancellationToken);
                return response.StatusCode == expected
                    ? HealthCheckResult.Healthy()
                    : HealthCheckResult.Unhealthy($"Discover endpoint #0 is not responding with code in {(int)expected}...{(int)expected} range, the current status is {response.StatusCode}.");
            }
            catch (HttpRequestException failure)
            {
                return HealthCheckResult.Unhealthy(failure.Message);
            }
        }
    }
}
