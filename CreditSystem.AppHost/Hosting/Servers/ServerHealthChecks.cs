using Microsoft.Extensions.Diagnostics.HealthChecks;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.AppHost.Hosting.Servers;

/// <summary>Whether MongoDB answers with the credentials of its connection string.</summary>
internal sealed class MongoDBHealthCheck(IResourceWithConnectionString mongodb) : IHealthCheck
{
    private static readonly BsonDocument Ping = new("ping", 1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private MongoClient? client;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            client ??= await ConnectAsync(cancellationToken);
            await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(Ping, ReadPreference.Primary, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failed) when (failed is MongoException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("MongoDB does not answer.", failed);
        }
    }

    private async Task<MongoClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var settings = MongoClientSettings.FromConnectionString(await mongodb.GetConnectionStringAsync(cancellationToken));
        settings.ServerSelectionTimeout = Timeout;
        settings.ConnectTimeout = Timeout;
        settings.HeartbeatInterval = TimeSpan.FromSeconds(1);
        return new MongoClient(settings);
    }
}

/// <summary>Whether Redis answers with the credentials of its connection string.</summary>
internal sealed class RedisHealthCheck(IResourceWithConnectionString redis) : IHealthCheck
{
    private const int TimeoutMilliseconds = 2_000;

    private ConnectionMultiplexer? connection;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            connection ??= await ConnectAsync(cancellationToken);
            await connection.GetDatabase().PingAsync();
            return HealthCheckResult.Healthy();
        }
        catch (Exception failed) when (failed is RedisException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("Redis does not answer.", failed);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        var options = ConfigurationOptions.Parse(await redis.GetConnectionStringAsync(cancellationToken) ?? "");
        (options.AbortOnConnectFail, options.ConnectTimeout, options.AsyncTimeout) = (true, TimeoutMilliseconds, TimeoutMilliseconds);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }
}
