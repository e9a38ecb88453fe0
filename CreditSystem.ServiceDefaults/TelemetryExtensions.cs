using CreditSystem.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CreditSystem.ServiceDefaults;

internal static class TelemetryExtensions
{
    /// <summary>Every source and meter of ours begins with it, so that a new one needs no registration.</summary>
    private const string OwnInstruments = $"{OwnPrefix}*";

    internal const string OwnPrefix = "CreditSystem.";

    internal const string MetricsSwitch = "monitoring:metrics_enabled";

    /// <summary>Leaves out traces, metrics and exporters altogether: what they cost is measured against a run without them.</summary>
    internal const string Switch = "Telemetry:Enabled";

    internal static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        if (!builder.Configuration.GetValue(Switch, defaultValue: true))
            return;

        var service = ServiceIdentity.From(builder.Environment.ApplicationName, builder.Configuration);
        builder.Services.AddSingleton(service);
        builder.Services.AddSingleton<IStartupFilter, MetricsFilter>();
        // Made with the host: an instrument that nobody asks for would not be there.
        builder.Services.AddActivatedSingleton<BuildInformation>();
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(service.Describe).WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddRuntimeInstrumentation()
            .AddMeter(OwnInstruments)
            .AddView(HistogramBuckets.For)
            .SetExemplarFilter(ExemplarFilterType.TraceBased)
            .AddPrometheusExporter());

        // Spans and log records that nobody takes would cost every request their making.
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            builder.AddExport(telemetry);
    }

    private static void AddExport(this IHostApplicationBuilder builder, OpenTelemetryBuilder telemetry)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        telemetry
            .WithTracing(tracing => tracing
                .AddSource(builder.Environment.ApplicationName, OwnInstruments)
                .AddAspNetCoreInstrumentation(options => options.Filter = IsWorthATrace)
                .AddHttpClientInstrumentation()
                .AddProcessor<OrphanClientSpanFilter>())
            .UseOtlpExporter();
    }

    /// <summary>
    /// Prometheus scrapes the port in <c>Management:Port</c> when there is one, so that the public port never serves metrics
    /// (without one it does, unless <c>Management:PublicMetrics</c> is false);
    /// <c>monitoring:metrics_enabled</c>, which comes from Vault, switches it while the service runs.
    /// </summary>
    /// <remarks>In front of everything else: a service that asks every request for a credential would ask Prometheus for one.</remarks>
    private sealed class MetricsFilter(IConfiguration configuration) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            var managementPort = configuration.GetValue<int?>("Management:Port");
            var isPublic = configuration.GetValue("Management:PublicMetrics", defaultValue: true);
            app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
                HttpMethods.IsGet(context.Request.Method)
                && context.Request.Path == ProbePaths.Metrics
                && (managementPort is null ? isPublic : context.Connection.LocalPort == managementPort)
                && IsEnabled(configuration));
            next(app);
        };
    }

    /// <summary>Only a clear no switches it off: a secret that nobody can read must not blind the monitoring.</summary>
    private static bool IsEnabled(IConfiguration configuration) => !bool.TryParse(configuration[MetricsSwitch], out var enabled) || enabled;

    private static bool IsWorthATrace(HttpContext context) => !ProbePaths.Contains(context.Request.Path.Value);
}
