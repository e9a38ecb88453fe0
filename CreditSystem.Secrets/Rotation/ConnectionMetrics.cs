using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using MongoDB.Driver.Core.Servers;

namespace CreditSystem.Secrets.Rotation;

/// <summary>Which servers can be reached, and how busy the connections to them are, from the clients in use now.</summary>
internal sealed class ConnectionMetrics
{
    public const string MeterName = "CreditSystem.Connections";

    public static readonly ActivitySource Tracing = new(MeterName);

    public ConnectionMetrics(IMeterFactory meters, MongoConnection mongo, RedisConnection redis)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "credit_system_connection_server_up", () => MongoServers(mongo).Concat(RedisServers(redis)),
            description: "Whether a server that belongs to a connection can be reached");
        meter.CreateObservableGauge("credit_system_redis_pending_operations", () => redis.Latest?.GetCounters().TotalOutstanding
            ?? 0, description: "Operations sent to Redis, or about to be, that have no answer yet");
        meter.CreateObservableGauge(
            "credit_system_redis_failed_operations", () => redis.Latest?.GetCounters().Interactive.FailedAsynchronously ?? 0,
            description: "Operations of the connection in use that failed after they had been sent");
    }

    private static IEnumerable<Measurement<int>> MongoServers(MongoConnection mongo) =>
        mongo.Latest?.Cluster.Description.Servers.Select(server => Up("mongodb", server.EndPoint, server.State == ServerState.Connected))
            ?? [];

    private static IEnumerable<Measurement<int>> RedisServers(RedisConnection redis) =>
        redis.Latest?.GetServers().Select(server => Up("redis", server.EndPoint, server.IsConnected)) ?? [];

    private static Measurement<int> Up(string system, EndPoint endPoint, bool isUp) =>
        new(
            isUp ? 1 : 0, new("system", system),
            new("server", endPoint is DnsEndPoint named ? $"{named.Host}:{named.Port}" : endPoint.ToString()));
}
