using CreditSystem.Testing.Servers;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Tests;

public sealed class StorageTests(MongoServer mongo)
{
    [Fact]
    public async Task The_real_storage_tells_its_time()
    {
        using var real = await RealStore.StartAsync(mongo, await mongo.CreateDatabaseAsync("clock"));

        var told = await real.Blocks.ReadClockAsync(CancellationToken.None);

        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(told!.Value) - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(-10), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void No_connection_string_makes_a_decision_depend_on_a_secondary_or_on_what_may_be_rolled_back()
    {
        using var client = new MongoClient("mongodb://127.0.0.1:1/?readPreference=secondaryPreferred&readConcernLevel=local&w=1");
        var settings = LedgerDatabase.Pinned<MongoDB.Bson.BsonDocument>(client.GetDatabase("ledger"), "accounts").Settings;

        Assert.Equal((ReadPreference.Primary, ReadConcern.Majority, WriteConcern.WMajority), (settings.ReadPreference, settings.ReadConcern, settings.WriteConcern));
    }
}
