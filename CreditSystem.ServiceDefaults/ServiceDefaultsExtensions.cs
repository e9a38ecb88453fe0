using CreditSystem.ServiceDefaults.Http;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.ServiceDefaults;

/// <summary>What every service of the system shares: telemetry, health, service discovery, resilient outgoing HTTP.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds the shared services. Call it first in <c>Program.cs</c>.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddStructuredLogging();
        builder.AddTelemetry();
        builder.Services.AddHealthChecks()
            .AddCheck("self", () => HealthCheckResult.Healthy(), [HealthTags.Live])
            .AddCheck<AcceptingRequestsCheck>("accepting", tags: [HealthTags.Ready]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddSafeResilience();
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
        app.MapHealthChecks(ProbePaths.Alive, Tagged(HealthTags.Live)).AllowAnonymous();
        app.MapHealthChecks(ProbePaths.Ready, Tagged(HealthTags.Ready)).AllowAnonymous();
        if (mapHealth)
            app.MapHealthChecks(ProbePaths.Health).AllowAnonymous();

        return app;
    }

    private static HealthCheckOptions Tagged(string tag) => new() { Predicate = check => check.Tags.Contains(tag) };
}
