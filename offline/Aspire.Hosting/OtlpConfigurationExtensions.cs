using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Sends telemetry to the dashboard.</summary>
public static class OtlpConfigurationExtensions
{
    /// <summary>Sets the variables of OpenTelemetry's exporters.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEnvironment
    {
        var configuration = builder.ApplicationBuilder.Configuration;
        var instance = Guid.NewGuid().ToString("N")[..8];
        return builder.WithAnnotation(new OtlpInstanceAnnotation(instance)).WithEnvironment(context =>
        {
            if (context.ExecutionContext.IsPublishMode || configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] is not { Length: > 0 } endpoint)
                return;

            var environment = context.EnvironmentVariables;
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
            environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
            environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance}";
            environment["OTEL_SERVICE_NAME"] = builder.Resource.Name;
            if (configuration["AppHost:OtlpApiKey"] is { } key)
                environment["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
            if (builder.ApplicationBuilder.Environment.EnvironmentName != "Development")
                return;

            environment["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            environment["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            environment["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            environment["OTEL_TRACES_SAMPLER"] = "always_on";
            environment["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        });
    }
}

/// <summary>By which instance of a resource telemetry is told apart.</summary>
internal sealed class OtlpInstanceAnnotation(string id) : IResourceAnnotation
{
    public string Id { get; } = id;
}
