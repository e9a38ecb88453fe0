using System.Diagnostics.Metrics;
using MongoDB.Driver.Core.Configuration;
using MongoDB.Driver.Core.Events;

namespace CreditSystem.Secrets.Rotation;

/// <summary>
/// The pool of the MongoDB client under the names of OpenTelemetry's database conventions
/// (https://opentelemetry.io/docs/specs/semconv/db/database-metrics/), from the driver's own events.
/// </summary>
internal sealed class MongoPoolMetrics
{
    private const string StateLabel = "db.client.connection.state";
    private static readonly KeyValuePair<string, object?> Pool = new("db.client.connection.pool.name", "mongodb");

    private readonly UpDownCounter<long> connections;
    private readonly UpDownCounter<long> pending;
    private readonly Histogram<double> waits;
    private readonly Counter<long> timeouts;

    public MongoPoolMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(ConnectionMetrics.MeterName);
        connections = meter.CreateUpDownCounter<long>("db.client.connection.count", "{connection}", "Connections by state");
        pending = meter.CreateUpDownCounter<long>(
            "db.client.connection.pending_requests", "{request}", "Operations that wait for a connection");
        waits = meter.CreateHistogram<double>("db.client.connection.wait_time", "s", "Time until an operation had its connection");
        timeouts = meter.CreateCounter<long>("db.client.connection.timeouts", "{timeout}", "Operations that got no connection");
    }

    /// <summary>Counts what this cluster's pools do. A pool that ends closes its connections, so the counts outlive generations.</summary>
    public void Subscribe(ClusterBuilder cluster) => cluster
        .Subscribe<ConnectionPoolCheckingOutConnectionEvent>(_ => pending.Add(1, Pool))
        .Subscribe<ConnectionPoolCheckingOutConnectionFailedEvent>(_ =>
        {
            pending.Add(-1, Pool);
            timeouts.Add(1, Pool);
        })
        .Subscribe<ConnectionPoolCheckedOutConnectionEvent>(checkedOut =>
        {
            pending.Add(-1, Pool);
            waits.Record(checkedOut.Duration.TotalSeconds, Pool);
            Move(from: "idle", to: "used");
        })
        .Subscribe<ConnectionPoolCheckedInConnectionEvent>(_ => Move(from: "used", to: "idle"))
        .Subscribe<ConnectionPoolAddedConnectionEvent>(_ => Count("idle", 1))
        .Subscribe<ConnectionPoolRemovedConnectionEvent>(_ => Count("idle", -1));

    private void Move(string from, string to)
    {
        Count(from, -1);
        Count(to, 1);
    }

    private void Count(string state, long change) => connections.Add(change, Pool, new KeyValuePair<string, object?>(StateLabel, state));
}
