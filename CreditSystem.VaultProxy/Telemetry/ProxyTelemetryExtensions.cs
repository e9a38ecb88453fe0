using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CreditSystem.VaultProxy.Telemetry;

internal static class ProxyTelemetryExtensions
{
    /// <summary>Leaves out what costs every request something and tells nobody anything.</summary>
    internal static void AddProxyTelemetry(this IHostApplicationBuilder builder)
    {
        // The proxy's own histogram has the same with the mount class, and counts the attempts.
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics
            .AddView("http.client.*", MetricStreamConfiguration.Drop)
            .AddView("kestrel.*", MetricStreamConfiguration.Drop));
        // Spans that nobody exports are not recorded; trace ids still stand in the log.
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.SetSampler(new AlwaysOffSampler()));
    }
}
