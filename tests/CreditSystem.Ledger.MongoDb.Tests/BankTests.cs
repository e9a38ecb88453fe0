using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CreditSystem.Ledger.Verification;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb.Tests;

/// <summary>Proofs 3 and 4: Jepsen's bank on two replicas over the real database, and the log that it leaves.</summary>
public sealed class BankTests(MongoServer mongo)
{
    private const int Accounts = 8;
    private const long Funds = 500;

    [Fact]
    public async Task Every_snapshot_totals_the_constant_and_replaying_the_log_gives_every_outcome_again()
    {
        var database = await mongo.CreateDatabaseAsync("bank");
        using var firstStore = await RealStore.StartAsync(mongo, database);
        using var secondStore = await RealStore.StartAsync(mongo, database);
        await using var first = await EngineHost.StartAsync(firstStore.Blocks, firstStore.Projections, configure: OftenCheckpointed);
        await using var second = await EngineHost.StartAsync(secondStore.Blocks, secondStore.Projections, configure: OftenCheckpointed);
        var accounts = new Guid[Accounts];
        for (var i = 0; i < accounts.Length; i++)
            accounts[i] = await first.OpenAsync($"u{i}", Funds);

        var seed = Proof.Seed(nameof(BankTests));
        EngineHost[] replicas = [first, second];
        var clients = Enumerable.Range(0, 8).Select(client => Task.Run(() => TransferAsync(replicas[client % 2], accounts, new Random(seed + client)))).ToList();
        var readers = replicas.Select(replica => Task.Run(() => ReadAsync(replica, accounts, () => clients.TrueForAll(client => client.IsCompleted)))).ToList();
        var acknowledged = (await Task.WhenAll(clients)).SelectMany(outcomes => outcomes).ToList();
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));

        var log = await LogAsync(firstStore.Blocks);
        Replay.AssertSameBytes(log);
        var journal = log.SelectMany(block => block.ReadRecords()).ToLookup(record => record.Command.Id);
        Assert.All(acknowledged, outcome => Assert.Equal(outcome.Block, Assert.Single(journal[outcome.Command.Id]).Block));
        Assert.True((await ChainVerifier.VerifyAsync(firstStore.Blocks, 0, log.Count, CancellationToken.None)).Intact);
        Assert.True((await second.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);

        // The projection that both have written: gone, and the balances are the same.
        var before = await second.Ledger.SnapshotAsync(Ask.Tenant, accounts);
        await database.DropCollectionAsync("accounts", TestContext.Current.CancellationToken);
        await using var third = await EngineHost.StartAsync(firstStore.Blocks, firstStore.Projections);
        Assert.Equal(before.Select(account => account!.Posted), (await third.Ledger.SnapshotAsync(Ask.Tenant, accounts)).Select(account => account!.Posted));
    }

    [Fact]
    public async Task A_byte_that_is_changed_in_the_database_is_named_with_its_block()
    {
        var database = await mongo.CreateDatabaseAsync("tamper");
        using var store = await RealStore.StartAsync(mongo, database);
        await using var host = await EngineHost.StartAsync(store.Blocks, store.Projections);
        var (alice, bob) = (await host.OpenAsync("alice", 100), await host.OpenAsync("bob"));
        var move = await host.DoAsync(Ask.Move(alice, bob, 40));
        await host.DoAsync(Ask.Move(bob, alice, 1));

        var blocks = database.GetCollection<BsonDocument>("blocks");
        var key = BlockDocument.Key(0, move.Block);
        var changed = await MongoDB.Driver.IAsyncCursorSourceExtensions.FirstAsync(
            MongoDB.Driver.IMongoCollectionExtensions.Find(blocks, new BsonDocument("_id", key)), TestContext.Current.CancellationToken);
        var packed = changed["txs"].AsByteArray;
        packed[packed.Length / 2] ^= 1;
        changed["txs"] = packed;
        await blocks.ReplaceOneAsync(new BsonDocument("_id", key), changed, new MongoDB.Driver.ReplaceOptions(), TestContext.Current.CancellationToken);

        var report = await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);

        Assert.Equal(move.Block, report.BrokenBlock);
        Assert.Equal(move.Block - 1, report.Blocks);
        Assert.False((await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
    }

    private static async Task<List<LedgerRecord>> TransferAsync(EngineHost replica, Guid[] accounts, Random random)
    {
        var outcomes = new List<LedgerRecord>();
        for (var i = 0; i < 60 * Proof.Factor; i++)
        {
            var (from, to) = (random.Next(Accounts), random.Next(Accounts - 1));
            outcomes.Add(await replica.DoAsync(Ask.Move(accounts[from], accounts[to < from ? to : to + 1], random.Next(1, 200))));
        }
        return outcomes;
    }

    private static async Task<int> ReadAsync(EngineHost replica, Guid[] accounts, Func<bool> isOver)
    {
        var reads = 0;
        for (var head = 0L; !isOver(); reads++)
        {
            var snapshot = await replica.Ledger.SnapshotAsync(Ask.Tenant, accounts);
            Assert.Equal(Funds * Accounts, snapshot.Sum(account => account!.Posted));
            Assert.All(snapshot, account => Assert.True(account!.Posted >= 0));
            Assert.True(replica.Partition.Status.Head >= head, "A later snapshot is of an earlier block.");
            head = replica.Partition.Status.Head;
        }
        return reads;
    }

    private static async Task<List<Block>> LogAsync(IBlockStore store)
    {
        var log = new List<Block>();
        while (await store.ReadAfterAsync(0, log.Count, 100, CancellationToken.None) is { Count: > 0 } page)
            log.AddRange(page);
        return log;
    }

    private static void OftenCheckpointed(CreditSystem.Ledger.LedgerOptions options) => options.CheckpointTailRecords = 50;
}
