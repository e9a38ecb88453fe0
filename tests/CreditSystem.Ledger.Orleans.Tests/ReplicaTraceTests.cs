using System.Collections.Concurrent;
using System.Diagnostics;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing.Servers;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;

namespace CreditSystem.Ledger.Orleans.Tests;

/// <summary>A request that arrives at another replica than its log's owner is one trace, from there to the database.</summary>
public sealed class ReplicaTraceTests(MongoServer server)
{
    private const string Tests = "CreditSystem.Ledger.Orleans.Tests";

    private readonly ConcurrentQueue<Activity> spans = [];
    private readonly ConcurrentQueue<(string Replica, ActivityTraceId? Trace, string? Span)> inserts = [];

    [Fact]
    public async Task One_trace_leads_from_the_replica_that_was_asked_by_the_owner_into_the_database()
    {
        var database = await server.CreateDatabaseAsync("trace");
        await using var first = await TestReplica.StartAsync(Observed(database, "first"));
        await using var second = await TestReplica.StartAsync(Observed(database, "second"));
        await ClusterTests.UntilAsync(() => first.Owned.Count() == 3 && second.Owned.Count() == 3);
        var (owner, other) = first.Partition.IsOwned ? ("first", second) : ("second", first);
        var (alice, bob) = (await other.OpenAsync("alice", 100), await other.OpenAsync("bob"));
        using var source = new ActivitySource(Tests);
        using var listener = Listen();

        Activity request;
        using (request = source.StartActivity("request")!)
            Assert.True((await other.DoAsync(Ask.Move(alice, bob, 30))).Accepted);

        // A span ends after what it stands for has been answered.
        await ClusterTests.UntilAsync(() => Of(request, "ledger.forward").Any() && Of(request, "ledger.commit").Any());
        var (forward, commit) = (Assert.Single(Of(request, "ledger.forward")), Assert.Single(Of(request, "ledger.commit")));
        Assert.Equal((request.SpanId, commit.ParentSpanId), (forward.ParentSpanId, forward.SpanId));
        Assert.Equal(other.Partition.Number, forward.GetTagItem("ledger.partition"));
        Assert.Equal(ActivityKind.Client, forward.Kind);
        Assert.Equal(
            (owner, commit.OperationName), Assert.Single(inserts, insert => insert.Trace == request.TraceId) is var insert
                ? (insert.Replica, insert.Span) : default);
    }

    private IEnumerable<Activity> Of(Activity request, string name) =>
        spans.Where(span => span.OperationName == name && span.TraceId == request.TraceId);

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Tests or LedgerMetrics.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>The database through a client of its own, which notes the span in which each block is inserted.</summary>
    private IMongoDatabase Observed(IMongoDatabase database, string replica)
    {
        var settings = database.Client.Settings.Clone();
        settings.ClusterConfigurator = cluster => cluster.Subscribe<CommandStartedEvent>(command =>
        {
            if (command.CommandName == "insert" && command.Command["insert"] == MongoBlockStore.Collection)
                inserts.Enqueue((replica, Activity.Current?.TraceId, Activity.Current?.OperationName));
        });
        return new MongoClient(settings).GetDatabase(database.DatabaseNamespace.DatabaseName);
    }
}
