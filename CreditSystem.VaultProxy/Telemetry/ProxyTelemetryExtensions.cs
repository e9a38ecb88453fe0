using OpenTelemetry.Metrics;

namespace CreditSystem.VaultProxy.Telemetry;

internal static class ProxyTelemetryExtensions
{
    /// <summary>Leaves out what costs every request something and tells nobody anything.</summary>
    internal static void AddProxyTelemetry(this IHostApplicationBuilder builder) =>
        // The proxy's own histogram has the same with the mount class, and counts the attempts.
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics
            .AddView("http.client.*", MetricStreamConfiguration.Drop)
            .AddView("kestrel.*", MetricStreamConfiguration.Drop));
}
