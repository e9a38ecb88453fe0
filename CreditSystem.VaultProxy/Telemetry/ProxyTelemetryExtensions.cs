using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Logging;
using OpenTelemetry.Metrics;

namespace CreditSystem.VaultProxy.Telemetry;

internal static class ProxyTelemetryExtensions
{
    private static readonly string[] CategoriesWithUrls = ["Yarp", "System.Net.Http", "Microsoft.AspNetCore"];

    /// <summary>
    /// Adds metrics and access lines, and leaves out what would name a URL, or costs every request something and tells nobody
    /// anything.
    /// </summary>
    internal static void AddProxyTelemetry(this WebApplicationBuilder builder)
    {
        // YARP and the HTTP client name whole URLs at Information; the access log tells what may be told.
        foreach (var category in CategoriesWithUrls)
            builder.Logging.AddFilter(category, LogLevel.Warning);
        // Its scope puts the path of the request beside every line that is logged under it.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.AddSingleton<AccessLog>();
        builder.AddAccessLog(typeof(AccessLog).FullName!);

        var services = builder.Services;
        services.AddSingleton<ProxyMetrics>();
        services.AddCounterInitialization(provider => provider.GetRequiredService<ProxyMetrics>().Begin());
        // The proxy's own histogram has the same with the mount class, and counts the attempts.
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics
            .AddView("http.client.*", MetricStreamConfiguration.Drop)
            .AddView("kestrel.*", MetricStreamConfiguration.Drop));
    }
}
