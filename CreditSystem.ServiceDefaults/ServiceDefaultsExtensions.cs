using CreditSystem.ServiceDefaults.Http;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Http.Resilience;

namespace CreditSystem.ServiceDefaults;

/// <summary>What every service of the system shares: telemetry, health, service discovery, resilient outgoing HTTP.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>For <c>/alive</c>: this process only. A failure restarts it, so nothing here may depend on another server.</summary>
    private const string Live = "live";

    /// <summary>For <c>/ready</c>: whether requests should come here. A failure takes the replica out of rotation.</summary>
    private const string Ready = "ready";

    /// <summary>Adds the shared services. Call it first in <c>Program.cs</c>.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddStructuredLogging();
        builder.AddTelemetry();
        builder.Services.AddHealthChecks()
            .AddCheck("self", () => HealthCheckResult.Healthy(), [Live])
            .AddCheck<AcceptingRequestsCheck>("accepting", tags: [Ready]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            // The standard handler retries POST as well, which doubles unkeyed writes; here only safe methods are tried again.
            http.AddStandardResilienceHandler(options => options.Retry.DisableForUnsafeHttpMethods());
            http.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>
    /// Maps <c>/alive</c> (this process only, so that an outage elsewhere never restarts it), <c>/ready</c> (whether requests
    /// should come here) and <c>/health</c> (all checks) in every environment.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="mapHealth">False when the service answers <c>/health</c> with a document of its own.</param>
    public static WebApplication MapDefaultEndpoints(this WebApplication app, bool mapHealth = true)
    {
        app.MapHealthChecks(ProbePaths.Alive, Tagged(Live)).AllowAnonymous();
        app.MapHealthChecks(ProbePaths.Ready, Tagged(Ready)).AllowAnonymous();
        if (mapHealth)
            app.MapHealthChecks(ProbePaths.Health).AllowAnonymous();

        return app;
    }

    private static HealthCheckOptions Tagged(string tag) => new() { Predicate = check => check.Tags.Contains(tag) };

    /// <summary>Not ready from the first moment of a shutdown, while requests in flight are still being finished.</summary>
    private sealed class AcceptingRequestsCheck(IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Unhealthy("Shutting down.")
                : HealthCheckResult.Healthy());
    }
}
