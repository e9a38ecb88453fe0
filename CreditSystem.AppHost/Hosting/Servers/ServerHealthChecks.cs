using Microsoft.Extensions.Diagnostics.HealthChecks;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.AppHost.Hosting.Servers;

/// <summary>Whether a server answers with the credentials of its connection string, on a connection that is made once.</summary>
internal abstract class ServerHealthCheck<TClient>(string name, IResourceWithConnectionString server) : IHealthCheck
    where TClient : class
{
    protected static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private TClient? client;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            client ??= await ConnectAsync(await server.GetConnectionStringAsync(cancellationToken) ?? "");
            await PingAsync(client, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failed) when (failed is MongoException or RedisException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"{name} does not answer.", failed);
        }
    }

    protected abstract Task<TClient> ConnectAsync(string connectionString);

    protected abstract Task PingAsync(TClient client, CancellationToken cancellationToken);
}

internal sealed class MongoDBHealthCheck(IResourceWithConnectionString mongodb) : ServerHealthCheck<MongoClient>("MongoDB", mongodb)
{
    private static readonly BsonDocument Ping = new("ping", 1);

    protected override Task<MongoClient> ConnectAsync(string connectionString)
    {
        var settings = MongoClientSettings.FromConnectionString(connectionString);
        (settings.ServerSelectionTimeout, settings.ConnectTimeout) = (Timeout, Timeout);
        settings.HeartbeatInterval = TimeSpan.FromSeconds(1);
        return Task.FromResult(new MongoClient(settings));
    }

    protected override Task PingAsync(MongoClient client, CancellationToken cancellationToken) =>
        client.GetDatabase("admin").RunCommandAsync<BsonDocument>(Ping, ReadPreference.Primary, cancellationToken);
}

internal sealed class RedisHealthCheck(IResourceWithConnectionString redis) : ServerHealthCheck<ConnectionMultiplexer>("Redis", redis)
{
    protected override Task<ConnectionMultiplexer> ConnectAsync(string connectionString)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        (options.ConnectTimeout, options.AsyncTimeout) = ((int)Timeout.TotalMilliseconds, (int)Timeout.TotalMilliseconds);
        (options.AbortOnConnectFail, options.BacklogPolicy) = (true, BacklogPolicy.FailFast);
        return ConnectionMultiplexer.ConnectAsync(options);
    }

    protected override Task PingAsync(ConnectionMultiplexer client, CancellationToken cancellationToken) =>
        client.GetDatabase().PingAsync();
}
