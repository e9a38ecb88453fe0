using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.MongoDb.Projection;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Tests;

public sealed class EntryStoreTests(MongoServer mongo)
{
    [Fact]
    public async Task Chunks_come_in_the_order_of_their_numbers_and_of_one_account_alone()
    {
        using var store = await RealStore.StartAsync(mongo, await mongo.CreateDatabaseAsync("entries"));
        var accounts = Enumerable.Range(0, 3).Select(_ => Guid.NewGuid()).Order().ToList();
        // The second byte, and the fifth, change as well.
        long[] numbers = [1, 64, 255, 256, 257, 65_535, 65_536, 4_294_967_297];
        foreach (var number in numbers.Reverse())
            await store.Projections.AddAsync([.. accounts.Select(account => Chunk(account, number))], CancellationToken.None);

        var all = await store.Projections.EntriesAsync(accounts[1], 1, long.MaxValue, CancellationToken.None);
        var some = await store.Projections.EntriesAsync(accounts[1], 64, 257, CancellationToken.None);

        Assert.All(all, chunk => Assert.Equal(accounts[1], chunk.Account));
        Assert.All(all, chunk => Assert.Equal(Chunk(accounts[1], chunk.First).Content, chunk.Content));
        Assert.Equal(numbers, all.Select(chunk => chunk.First));
        Assert.Equal([64, 255, 256, 257], some.Select(chunk => chunk.First));
    }

    [Fact]
    public async Task What_is_there_stays_and_does_not_keep_the_others_out()
    {
        var database = await mongo.CreateDatabaseAsync("entries");
        using var store = await RealStore.StartAsync(mongo, database);
        var account = Guid.NewGuid();
        await store.Projections.AddAsync([Chunk(account, 2)], CancellationToken.None);
        await store.Projections.AddAsync([Chunk(account, 1), Chunk(account, 2, amount: 7), Chunk(account, 3)], CancellationToken.None);
        await database.GetCollection<BsonDocument>("account_entries").InsertOneAsync(
            new BsonDocument { ["_id"] = EntryDocument.Key(account, 4), ["entries"] = "lost" }, options: null, CancellationToken.None);

        var chunks = await store.Projections.EntriesAsync(account, 1, 10, CancellationToken.None);

        Assert.Equal([(1, 1), (2, 1), (3, 1)], chunks.Select(chunk => (chunk.First, chunk.TryUnpack()![0].Amount)));
    }

    [Fact]
    public async Task A_history_is_read_from_its_collection_and_without_it_from_the_log()
    {
        var database = await mongo.CreateDatabaseAsync("history");
        using var store = await RealStore.StartAsync(mongo, database);
        Guid bob;
        await using (var host = await EngineHost.StartAsync(store.Blocks, store.Projections))
        {
            var alice = await host.OpenAsync("alice", 1000);
            bob = await host.OpenAsync("bob");
            for (var i = 0; i < 5; i++)
                await host.Ledger.SubmitAsync(Ask.Tenant, [.. Enumerable.Range(0, 30).Select(_ => Ask.Move(alice, bob, 1))]);
        }
        var stored = await store.Projections.EntriesAsync(bob, 1, 1000, CancellationToken.None);
        Assert.Equal(150, stored.Sum(chunk => chunk.TryUnpack()!.Length));

        var projected = await ReadAsync(store, bob);
        await database.DropCollectionAsync("account_entries", TestContext.Current.CancellationToken);

        Assert.Equal(150, projected.Count);
        Assert.Equal(projected, await ReadAsync(store, bob));
    }

    private static async Task<List<HistoryEntry>> ReadAsync(RealStore store, Guid account)
    {
        await using var host = await EngineHost.StartAsync(store.Blocks, store.Projections);
        var entries = new List<HistoryEntry>();
        for (HistoryPosition? next = null; ;)
        {
            var page = await host.Ledger.EntriesAsync(await host.AccountAsync(account), next, 40, CancellationToken.None);
            entries.AddRange(page!.Entries);
            if ((next = page.Next) is null)
                return entries;
        }
    }

    private static EntryChunk Chunk(Guid account, long number, long amount = 1) => EntryChunk.Pack(
        account, [new HistoryEntry(number, account, TransferKind.Burn, amount, number, 0, null, number, 5, 5, number - 1)]);
}
