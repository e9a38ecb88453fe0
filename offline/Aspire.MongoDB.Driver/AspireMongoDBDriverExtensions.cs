using Aspire.MongoDB.Driver;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace Microsoft.Extensions.Hosting;

public static class AspireMongoDBDriverExtensions
{
    private const string SectionName = "Aspire:MongoDB:Driver";

    /// <summary>Registers <see cref="IMongoClient"/> and <see cref="IMongoDatabase"/> for <c>ConnectionStrings:{connectionName}</c>, checked and traced.</summary>
    public static void AddMongoDBClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<MongoDBSettings>? configureSettings = null,
        Action<MongoClientSettings>? configureClientSettings = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = Read(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);

        builder.Services.AddSingleton<IMongoClient>(services => Create(services, connectionName, settings, configureClientSettings));
        if (!settings.DisableTracing)
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(CommandTracing.SourceName));
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
            return;

        var databaseName = MongoUrl.Create(settings.ConnectionString).DatabaseName;
        if (!string.IsNullOrWhiteSpace(databaseName))
            builder.Services.AddSingleton(services => services.GetRequiredService<IMongoClient>().GetDatabase(databaseName));
        if (!settings.DisableHealthChecks)
            AddHealthCheck(builder, settings, databaseName);
    }

    private static void AddHealthCheck(IHostApplicationBuilder builder, MongoDBSettings settings, string? databaseName)
    {
        TimeSpan? timeout = settings.HealthCheckTimeout > 0 ? TimeSpan.FromMilliseconds(settings.HealthCheckTimeout.Value) : null;
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "MongoDB.Driver",
            services => new MongoDBHealthCheck(services.GetRequiredService<IMongoClient>(), databaseName),
            failureStatus: null, tags: null, timeout));
    }

    private static MongoDBSettings Read(IConfiguration configuration, string connectionName)
    {
        var settings = new MongoDBSettings();
        var section = configuration.GetSection(SectionName);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        if (configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        return settings;
    }

    private static MongoClient Create(IServiceProvider services, string connectionName, MongoDBSettings settings, Action<MongoClientSettings>? configure)
    {
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
            throw new InvalidOperationException($"ConnectionString is missing. It should be provided in 'ConnectionStrings:{connectionName}' or under the 'ConnectionString' key in '{SectionName}' configuration section.");
        var client = MongoClientSettings.FromConnectionString(settings.ConnectionString);
        if (!settings.DisableTracing)
            client.ClusterConfigurator = CommandTracing.Subscribe;
        configure?.Invoke(client);
        client.LoggingSettings ??= new LoggingSettings(services.GetService<ILoggerFactory>());
        client.LibraryInfo = new LibraryInfo("aspire", typeof(MongoDBSettings).Assembly.GetName().Version?.ToString());
        return new MongoClient(client);
    }
}
