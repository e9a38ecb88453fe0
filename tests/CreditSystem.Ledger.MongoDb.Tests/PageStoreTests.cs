using CreditSystem.Ledger.MongoDb.Projection;
using CreditSystem.Ledger.Projection.ResumePoints;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Tests;

/// <summary>Pages of accounts in the real database.</summary>
public sealed class PageStoreTests(MongoServer mongo)
{
    private static readonly byte[] Hash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public async Task What_has_changed_is_found_by_its_log_and_its_last_block_once_all_its_pages_are_there()
    {
        using var store = await RealStore.StartAsync(mongo, await mongo.CreateDatabaseAsync("pages"));
        AccountDelta[] deltas = [Delta(0, 0, 255), Delta(0, 0, 256), Delta(0, 256, 70_000), Delta(1, 0, 300), Delta(256, 0, 300)];
        foreach (var delta in deltas)
            for (var page = 0; page < delta.Pages; page++)
                await store.Projections.AddPageAsync(delta, page, Content(delta, page), CancellationToken.None);
        Assert.Empty(await store.Projections.DeltasAsync(0, 0, CancellationToken.None));
        // A second time changes nothing.
        foreach (var delta in deltas.Concat(deltas))
            await store.Projections.AddAsync(delta, CancellationToken.None);

        var found = await store.Projections.DeltasAsync(0, 255, CancellationToken.None);

        Assert.Equivalent(deltas[1..3], found, strict: true);
        Assert.Equivalent(deltas[3..4], await store.Projections.DeltasAsync(1, 0, CancellationToken.None), strict: true);
        for (var page = 0; page < 2; page++)
            Assert.Equal(Content(deltas[2], page), await store.Projections.PageAsync(deltas[2], page, CancellationToken.None));
        Assert.Null(await store.Projections.PageAsync(deltas[2], 2, CancellationToken.None));
    }

    [Fact]
    public async Task What_a_checkpoint_has_passed_is_dropped_with_its_pages_and_nothing_else_is()
    {
        var database = await mongo.CreateDatabaseAsync("pages");
        using var store = await RealStore.StartAsync(mongo, database);
        AccountDelta[] deltas = [Delta(0, 0, 255), Delta(0, 255, 256), Delta(0, 256, 257), Delta(1, 0, 10)];
        foreach (var delta in deltas)
        {
            for (var page = 0; page < delta.Pages; page++)
                await store.Projections.AddPageAsync(delta, page, Content(delta, page), CancellationToken.None);
            await store.Projections.AddAsync(delta, CancellationToken.None);
        }
        // Of pages that were never all there as well.
        await store.Projections.AddPageAsync(Delta(0, 0, 3), 0, [1], CancellationToken.None);

        await store.Projections.DropPagesAsync(0, 256, CancellationToken.None);

        Assert.Equivalent(deltas[2..3], await store.Projections.DeltasAsync(0, 0, CancellationToken.None), strict: true);
        Assert.Equivalent(deltas[3..], await store.Projections.DeltasAsync(1, 0, CancellationToken.None), strict: true);
        var all = database.GetCollection<BsonDocument>(MongoProjectionStore.PagesCollection);
        Assert.Equal(6, await all.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_page_with_a_changed_byte_is_as_good_as_none()
    {
        var database = await mongo.CreateDatabaseAsync("pages");
        using var store = await RealStore.StartAsync(mongo, database);
        var delta = Delta(0, 0, 9);
        await store.Projections.AddPageAsync(delta, 0, Content(delta, 0), CancellationToken.None);
        var all = database.GetCollection<BsonDocument>(MongoProjectionStore.PagesCollection);
        var page = await all.Find(FilterDefinition<BsonDocument>.Empty).SingleAsync(TestContext.Current.CancellationToken);
        page["txs"].AsByteArray[40] ^= 1;
        await all.ReplaceOneAsync(
            Builders<BsonDocument>.Filter.Eq("_id", page["_id"]), page, new ReplaceOptions(), TestContext.Current.CancellationToken);

        Assert.Null(await store.Projections.PageAsync(delta, 0, CancellationToken.None));
    }

    [Fact]
    public async Task A_start_on_the_real_database_resumes_after_pages_and_has_every_balance()
    {
        using var store = await RealStore.StartAsync(mongo, await mongo.CreateDatabaseAsync("pages"));
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var crashed = await StartAsync();
        var accounts = new List<Guid>();
        for (var i = 0; i < 20; i++)
            accounts.Add(await crashed.OpenAsync($"u{i}", 100 + i));
        for (var i = 0; i < 1000 && crashed.Partition.Status.ToReplay >= 10; i++)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
            await crashed.Partition.SynchronizeAsync();
        }

        await using var host = await StartAsync();

        for (var i = 0; i < accounts.Count; i++)
            Assert.Equal(100 + i, await host.PostedAsync(accounts[i]));
        Assert.True(host.Partition.Status.ResumedAfter > 30);
        Assert.Equal(0, (await store.Projections.MarkAsync(0, CancellationToken.None)).Block);

        Task<EngineHost> StartAsync() => EngineHost.StartAsync(
            store.Blocks, store.Projections, time, options => options.CheckpointTailRecords = 10);
    }

    private static AccountDelta Delta(int partition, long after, long last) => new(partition, after, last, Hash, Guid.NewGuid(), 2);

    private static byte[] Content(AccountDelta delta, int page) =>
        [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * (page + 3) + delta.Last))];
}
