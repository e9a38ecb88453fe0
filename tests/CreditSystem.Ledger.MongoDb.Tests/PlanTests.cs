using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.MongoDb.Projection;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Tests;

/// <summary>No page of a list reads a collection: the server says how it would answer.</summary>
public sealed class PlanTests(MongoServer mongo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_of_a_list_goes_along_the_index_of_its_key()
    {
        var (database, term) = (await mongo.CreateDatabaseAsync("plans"), Guid.NewGuid());
        using var store = await RealStore.StartAsync(mongo, database);
        for (var part = 0; part < 10; part++)
            await store.Projections.AddAsync(
                [.. Enumerable.Range(part * 50, 50).Select(i => ListChunk.Marker(term, i, i + 1, i, []))], Cancellation);

        AssertWalk(await ExplainAsync(database, MongoProjectionStore.ListFilter(term, 400)));
    }

    [Fact]
    public async Task A_page_of_a_status_goes_along_the_index_of_its_key()
    {
        var (database, term) = (await mongo.CreateDatabaseAsync("plans"), Guid.NewGuid());
        using var store = await RealStore.StartAsync(mongo, database);
        var rows = Enumerable.Range(0, 500).Select(i =>
            new StatusRow(term, new StatusPosition(i, Guid.NewGuid()), Guid.NewGuid(), new ListPosition(i + 1, i % 3, 0), new ListPosition(i + 2, 0, 0))).ToList();
        await store.Projections.WriteAsync(rows, [], Cancellation);

        AssertWalk(await ExplainAsync(database, MongoProjectionStore.StatusFilter(term, rows[400].Position, 100)));

        var page = await store.Projections.StatusesAsync(term, rows[400].Position, 100, 20, Cancellation);
        Assert.Equal(rows[380..400].AsEnumerable().Reverse(), page);
        await store.Projections.WriteAsync(rows[399..401], [rows[398], rows[0]], Cancellation);
        Assert.Equal(
            [rows[399], rows[397]], await store.Projections.StatusesAsync(term, rows[400].Position, 100, 2, Cancellation));
        var changed = rows[5] with { Last = new ListPosition(900, 1, 0) };
        await store.Projections.WriteAsync([rows[4], changed], [], Cancellation);
        Assert.Equal([changed], await store.Projections.FindAsync([rows[5], rows[0]], Cancellation));
    }

    /// <summary>It begins where the page begins, and needs nothing sorted: what it costs is what it shows.</summary>
    private static void AssertWalk(List<BsonDocument> stages)
    {
        var text = string.Join('\n', stages);
        Assert.DoesNotContain(stages, stage => stage["stage"] == "COLLSCAN" || stage["stage"] == "SORT");
        var scan = Assert.Single(stages, stage => stage["stage"] == "IXSCAN");
        Assert.True(scan["indexName"] == "_id_", text);
        Assert.True(scan["direction"] == "Backward", text);
        Assert.Contains("object_id", scan["indexBounds"].AsString, StringComparison.Ordinal);
    }

    private static async Task<List<BsonDocument>> ExplainAsync(IMongoDatabase database, FilterDefinition<RawBsonDocument> filter)
    {
        var registry = BsonSerializer.SerializerRegistry;
        var find = new BsonDocument
        {
            ["find"] = MongoProjectionStore.ListsCollection,
            ["filter"] = filter.Render(new(registry.GetSerializer<RawBsonDocument>(), registry)),
            ["sort"] = new BsonDocument("_id", -1),
            ["limit"] = 50,
        };
        var plan = await database.RunCommandAsync<BsonDocument>(
            new BsonDocument { ["explain"] = find, ["verbosity"] = "queryPlanner" }, readPreference: null, Cancellation);
        return [.. plan["queryPlanner"]["winningPlan"]["stages"].AsBsonArray.Select(stage => stage.AsBsonDocument)];
    }
}
