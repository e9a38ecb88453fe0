using CreditSystem.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Trace;

namespace CreditSystem.Secrets.Rotation;

public static class ConnectionsExtensions
{
    /// <summary>The sources on which the clients of the generations write their spans.</summary>
    private static readonly string[] ClientSources = ["MongoDB.Driver.Core.Extensions.DiagnosticSources",
        "OpenTelemetry.Instrumentation.StackExchangeRedis"];

    /// <summary>Adds the connections to MongoDB and Redis, which follow their secrets.</summary>
    public static void AddConnections(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ConnectionOptions>().BindConfiguration(
            ConnectionOptions.SectionName).ValidateDataAnnotations();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<MongoConnection>();
        builder.Services.AddSingleton<RedisConnection>();
        builder.Services.AddSingleton<MongoPoolMetrics>();
        builder.Services.AddActivatedSingleton<ConnectionMetrics>();
        builder.Services.AddSingleton<DatabaseHandover>();
        builder.Services.AddSingleton<FailFastRedis>();
        builder.Services.AddSingleton<HealthReasons>();
        builder.Services.AddHostedService<CredentialWatch>();
        // Both tell of each attempt, and Redis' client of each failure at the error level, several times a second; what matters of it,
        // Connection says.
        builder.Logging.AddFilter("StackExchange.Redis", LogLevel.Critical).AddFilter("MongoDB", LogLevel.Warning);
        // Where telemetry is switched off this makes none.
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(ClientSources));
    }
}
