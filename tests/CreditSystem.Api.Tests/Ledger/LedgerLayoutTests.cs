using CreditSystem.Api.Tests.Access;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Ledger;

/// <summary>The number of logs belongs to the database: with another one every tenant would start again at zero.</summary>
public sealed class LedgerLayoutTests(MongoServer mongo, RedisServer redis)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refuses_to_start_with_another_number_than_the_database_was_made_with(bool isStored)
    {
        var database = await mongo.CreateDatabaseAsync("layout");
        await using (var api = await StartAsync(database, partitions: 2))
        {
            var client = api.ClientOf("owner", "acme", "olivia");
            var alice = await client.OpenFundedAsync("alice", 1_000);
            Assert.Equal(1_000, await client.PostedAsync(alice));
        }
        // A database from before the number was stored.
        if (!isStored)
            await LedgerDatabase.SettingsOf(database).DeleteOneAsync(new BsonDocument("_id", LedgerDatabase.LayoutKey), TestContext.Current.CancellationToken);

        // Its own sentence is on the standard error output, and the process has ended.
        var number = OtherThan("acme", 2);
        await using var other = await StartAsync(database, number);
        Assert.ThrowsAny<Exception>(() => other.Services);

        await using var same = await StartAsync(database, partitions: 2);
        if (!isStored)
            await LedgerDatabase.SettingsOf(database).DeleteOneAsync(new BsonDocument("_id", LedgerDatabase.LayoutKey), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<LedgerLayoutException>(
            () => new LedgerDatabase(same.Services.GetRequiredService<MongoConnection>().ExecuteAsync, number).CheckAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"Ledger:Partitions is {number}, but the ledger in this database", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Set Ledger:Partitions to", refused.Message, StringComparison.Ordinal);
        var again = same.ClientOf("owner", "acme", "olivia");
        var found = (await again.PostAsync("/v1/accounts", new { holder = "alice" }));
        Assert.Equal((409, "account_exists"), (found.Status, found.Code));
    }

    /// <summary>A number with which the tenant would be looked for elsewhere.</summary>
    private static int OtherThan(string tenant, int partitions) =>
        Enumerable.Range(3, 20).First(number => new LedgerLayout(number).PartitionOf(tenant) != new LedgerLayout(partitions).PartitionOf(tenant));

    private async Task<ApiProcess> StartAsync(IMongoDatabase database, int partitions) => await ApiProcess.StartAsync(
        mongo, redis, "Production", ("mongodb:database_name", database.DatabaseNamespace.DatabaseName), ("Ledger:Partitions", $"{partitions}"));
}
