using CreditSystem.Ledger.MongoDb.Tests;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Ledger;

/// <summary>The routes over the real database: what is answered is in the log, and is found in it by another process.</summary>
public sealed class RealDatabaseRouteTests(MongoServer mongo)
{
    [Fact]
    public async Task Keeps_every_outcome_in_the_database_and_answers_it_again_after_a_restart()
    {
        var database = await mongo.CreateDatabaseAsync("routes");
        using var store = await RealStore.StartAsync(mongo, database);
        string alice;
        List<Answer> answers;
        await using (var host = await LedgerHost.StartAsync(store.Blocks))
        {
            alice = await host.Client().OpenFundedAsync("alice", 1000);
            answers = await AskAsync(host.Client(), alice);
        }

        await using var restarted = await LedgerHost.StartAsync(store.Blocks);
        var client = restarted.Client();
        var replays = await AskAsync(client, alice);

        Assert.Equal([201, 200, 201, 200, 201, 200], answers.Select(answer => answer.Status));
        Assert.All(replays, replay => Assert.True(replay.Replayed, replay.Text));
        Assert.Equal(answers.Select(answer => answer.Text), replays.Select(replay => replay.Text));
        Assert.Equal(1000 + 500 - 100 - 30 - 20 - 7, await client.PostedAsync(alice));
        Assert.Contains("closing_balance", (await client.ReadAsync($"/v1/accounts/{alice}/statement.csv")).Text, StringComparison.Ordinal);
        Assert.True((bool)(await client.ReadAsync("/v1/invariants")).Body["holds"]!);
        Assert.True((bool)(await client.ReadAsync("/v1/audit/verify")).Body["intact"]!);
    }

    private static async Task<List<Answer>> AskAsync(HttpClient client, string alice)
    {
        var hold = await client.PostAsync("/v1/holds", new { account = alice, amount = 50 }, "hold");
        return
        [
            await client.MoveAsync(alice, "revenue", 100, key: "move"),
            await client.PostAsync("/v1/transfers/batch", new { transfers = new[] { new { from = alice, to = "revenue", amount = 30 }, new { from = alice, to = "revenue", amount = 90_000 } } }, "batch"),
            hold,
            await client.PostAsync($"/v1/holds/{(string)hold.Body["id"]!}/capture", new { amount = 20, final = true }, "capture"),
            await client.PostAsync("/v1/grants", new { account = alice, amount = 500 }, "grant"),
            await client.PostAsync("/v1/usage", new { events = new[] { new { id = "e1", account = alice, amount = 7 } } }, "usage"),
        ];
    }
}
