using System.Text.RegularExpressions;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Cli.Tests;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Ledger;

/// <summary>A stopped ledger is spread over more logs: nothing of it changes, and nobody who still runs can write the old ones.</summary>
public sealed partial class LedgerRepartitionTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private static readonly string[] Tenants = ["acme", "globex", "initech", "umbrella", "hooli"];

    private IMongoDatabase database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => database = await mongo.CreateDatabaseAsync("repartition");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Keeps_every_balance_history_key_and_proof()
    {
        var before = new Dictionary<string, Answer[]>();
        string endpoint;
        await using (var api = await StartAsync(2))
        {
            foreach (var tenant in Tenants)
            {
                var client = Client(api, tenant);
                var alice = await client.OpenFundedAsync("alice", 1_000);
                Assert.Equal(201, (await client.PostAsync("/v1/grants", new { account = alice, amount = 50 }, key: "grant")).Status);
                for (var i = 0; i < 5; i++)
                    Assert.Equal(201, (await client.MoveAsync(alice, "revenue", 10 + i, key: $"move-{i}")).Status);
                before[tenant] = await AskAsync(client, alice);
            }
            endpoint = (string)(await Client(api, "acme").PostAsync("/v1/webhook-endpoints", new { url = "https://hooks.example/acme" })).Body["endpoint"]!["id"]!;
        }

        Assert.Equal(0, (await CommandAsync("ledger", "repartition", "--partitions", "5")).ExitCode);

        await using var moved = await StartAsync(5);
        foreach (var tenant in Tenants)
        {
            var client = Client(moved, tenant);
            var alice = (string)before[tenant][0].Body["id"]!;
            var after = await AskAsync(client, alice);
            Assert.Equal(before[tenant].Select(answer => (answer.Status, Text(answer))), after.Select(answer => (answer.Status, Text(answer))));
            var replayed = await client.MoveAsync(alice, "revenue", 12, key: "move-2");
            Assert.Equal((201, true), (replayed.Status, replayed.Replayed));
            Assert.Equal(201, (await client.MoveAsync(alice, "revenue", 1)).Status);
            Assert.True((bool)(await client.ReadAsync("/v1/invariants")).Body["holds"]!);
            Assert.True((bool)(await client.ReadAsync("/v1/audit/verify?full=true")).Body["intact"]!);
        }
        var stored = await database.GetCollection<BsonDocument>("webhook_endpoints").Find(new BsonDocument("_id", endpoint)).SingleAsync(Token);
        var head = moved.Services.GetRequiredService<CreditSystem.Ledger.CreditLedger>().PartitionOf("acme");
        Assert.Equal((head.Number, true), (stored["partition"].AsInt32, stored["cursor"].ToInt64() < head.Status.Head));
    }

    [Fact]
    public async Task Lets_no_process_that_still_runs_write_the_old_logs_and_goes_back_when_it_is_cancelled()
    {
        string alice;
        await using (var api = await StartAsync(2))
        {
            var client = Client(api, "acme");
            alice = await client.OpenFundedAsync("alice", 1_000);
            var connection = api.Services.GetRequiredService<MongoConnection>();
            // A log that is damaged is not moved, and by then it is fenced.
            var damaged = database.GetCollection<BsonDocument>("blocks");
            var block = await damaged.Find(FilterDefinition<BsonDocument>.Empty).FirstAsync(Token);
            await damaged.UpdateOneAsync(new BsonDocument("_id", block["_id"]), Builders<BsonDocument>.Update.Set("at", DateTime.UnixEpoch), options: null, Token);
            await Assert.ThrowsAsync<LedgerLayoutException>(() => new LedgerRepartition(connection.ExecuteAsync, TextWriter.Null, TimeProvider.System).RunAsync(3, Token));

            Assert.Equal(503, (await client.MoveAsync(alice, "revenue", 10)).Status);
            await damaged.UpdateOneAsync(new BsonDocument("_id", block["_id"]), Builders<BsonDocument>.Update.Set("at", block["at"]), options: null, Token);
        }
        await using (var refused = await StartAsync(2))
            Assert.ThrowsAny<Exception>(() => refused.Services);

        Assert.Equal(0, (await CommandAsync("ledger", "repartition", "--cancel")).ExitCode);
        await using var again = await StartAsync(2);
        Assert.Equal(1_000, await Client(again, "acme").PostedAsync(alice));
        Assert.Equal(201, (await Client(again, "acme").MoveAsync(alice, "revenue", 10)).Status);
    }

    [Fact]
    public async Task Verifies_all_logs_from_a_command_and_names_the_block_that_was_changed()
    {
        await using (var api = await StartAsync(2))
            await Client(api, "acme").OpenFundedAsync("alice", 1_000);
        var intact = await CommandAsync("ledger", "verify", "--full");
        var blocks = database.GetCollection<BsonDocument>("blocks");
        var last = await blocks.Find(FilterDefinition<BsonDocument>.Empty).Sort(Builders<BsonDocument>.Sort.Descending("_id")).FirstAsync(Token);
        await blocks.UpdateOneAsync(new BsonDocument("_id", last["_id"]), Builders<BsonDocument>.Update.Set("at", DateTime.UnixEpoch), options: null, Token);

        var broken = await CommandAsync("ledger", "verify", "--full");
        var told = await CommandAsync("ledger", "verify");

        Assert.Equal((0, 1, 1), (intact.ExitCode, broken.ExitCode, told.ExitCode));
        Assert.Contains($"block {last["n"]}", broken.Output, StringComparison.Ordinal);
        Assert.Contains($"block {last["n"]}", told.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandAsync("ledger", "repartition")).ExitCode);
    }

    private static HttpClient Client(ApiProcess api, string tenant) => api.ClientOf("owner", tenant, "olivia");

    private static async Task<Answer[]> AskAsync(HttpClient client, string alice) =>
    [
        await client.ReadAsync($"/v1/accounts/{alice}"),
        await client.ReadAsync($"/v1/accounts/{alice}/balance"),
        await client.ReadAsync($"/v1/accounts/{alice}/entries"),
        await client.ReadAsync($"/v1/accounts/{alice}/grants"),
    ];

    /// <summary>What a block is called is all that may change, and when the question was asked.</summary>
    private static string Text(Answer answer) => BlockOrTime().Replace(answer.Text, "");

    [GeneratedRegex("\"block\":[0-9]+|\"as_of\":\"[^\"]*\"")]
    private static partial Regex BlockOrTime();

    private async Task<ApiProcess> StartAsync(int partitions) => await ApiProcess.StartAsync(
        mongo, redis, "Production", ("mongodb:database_name", database.DatabaseNamespace.DatabaseName), ("Ledger:Partitions", $"{partitions}"), ("Ledger:CommitTimeoutSeconds", "2"));

    private async Task<(int ExitCode, string Output)> CommandAsync(params string[] arguments)
    {
        return await CliRun.OnInstallationAsync(
        [
            new("ASPNETCORE_ENVIRONMENT", "Development"),
            new("ConnectionStrings:credit-system", await mongo.GetConnectionStringAsync()),
            new("mongodb:database_name", database.DatabaseNamespace.DatabaseName),
            new("ConnectionStrings:redis", "127.0.0.1:1,abortConnect=false"),
        ], arguments);
    }
}
