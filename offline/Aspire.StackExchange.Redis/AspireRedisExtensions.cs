using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

public static class AspireRedisExtensions
{
    private const string SectionName = "Aspire:StackExchange:Redis";

    /// <summary>Registers <see cref="IConnectionMultiplexer"/> for <c>ConnectionStrings:{connectionName}</c>, checked and traced.</summary>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var section = builder.Configuration.GetSection(SectionName);
        var settings = Read(builder.Configuration, section, connectionName);
        configureSettings?.Invoke(settings);

        builder.Services.AddSingleton<IConnectionMultiplexer>(services => Connect(services, connectionName, settings, options =>
        {
            section.GetSection("ConfigurationOptions").Bind(options);
            section.GetSection(connectionName).GetSection("ConfigurationOptions").Bind(options);
            configureOptions?.Invoke(options);
        }));
        if (!settings.DisableTracing)
        {
            builder.Services.TryAddSingleton(_ => new CommandTracing());
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(CommandTracing.SourceName));
        }

        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                "StackExchange.Redis", services => new RedisHealthCheck(services.GetRequiredService<IConnectionMultiplexer>), failureStatus: null, tags: null));
        }
    }

    private static StackExchangeRedisSettings Read(IConfiguration configuration, IConfigurationSection section, string connectionName)
    {
        var settings = new StackExchangeRedisSettings();
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        if (configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        return settings;
    }

    private static ConnectionMultiplexer Connect(IServiceProvider services, string connectionName, StackExchangeRedisSettings settings, Action<ConfigurationOptions> configure)
    {
        // As the package has it: not failing at the start is the default, which a connection string can still override.
        var options = ConfigurationOptions.Parse($"abortConnect=false,{settings.ConnectionString}");
        configure(options);
        if (options.EndPoints.Count == 0)
            throw new InvalidOperationException($"No endpoints specified. Ensure a valid connection string was provided in 'ConnectionStrings:{connectionName}' or for the '{SectionName}:ConnectionString' configuration key.");
        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        var connection = ConnectionMultiplexer.Connect(options);
        services.GetService<CommandTracing>()?.Attach(connection);
        return connection;
    }
}
