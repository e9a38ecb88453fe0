using Microsoft.Extensions.Diagnostics.HealthChecks;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Aspire.Hosting;

/// <summary>Whether a server answers with the credentials of its connection string.</summary>
internal sealed class MongoPing : IHealthCheck
{
    private static readonly BsonDocument Ping = new("ping", 1);
    private MongoClient? _client;

    public string? ConnectionString { get; set; }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (ConnectionString is null)
            return HealthCheckResult.Unhealthy("Connection string is unavailable.");

        try
        {
            _client ??= Connect(ConnectionString);
            await _client.GetDatabase("admin").RunCommandAsync<BsonDocument>(Ping, cancellationToken: cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (failure is MongoException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy(failure.Message);
        }
    }

    private static MongoClient Connect(string connectionString)
    {
        var settings = MongoClientSettings.FromConnectionString(connectionString);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(2);
        settings.HeartbeatInterval = TimeSpan.FromSeconds(1);
        return new MongoClient(settings);
    }
}
