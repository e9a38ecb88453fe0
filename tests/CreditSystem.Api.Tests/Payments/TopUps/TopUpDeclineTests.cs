using System.Text.Json.Nodes;
using CreditSystem.Api.Webhooks;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Payments.TopUps;

/// <summary>Cards that do not pay.</summary>
public sealed class TopUpDeclineTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private ProviderHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await ProviderHost.StartAsync(mongo, redis);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Declines_are_further_and_further_apart_and_the_last_one_stops_it_with_an_event()
    {
        var endpoint = await host.Owner.Client.PostAsync("/v1/webhook-endpoints", new { url = "https://receiver.example/hook" });
        Assert.True(endpoint.Status == 201, endpoint.Text);
        await host.SetAsync("pm_card_chargeCustomerFail");

        foreach (var (attempts, minutes) in new[] { (1, 15), (2, 30), (3, 60) })
        {
            await host.LookAsync();
            await host.LookAsync();
            Assert.Equal(attempts, Attempts);
            var waiting = await ReadAsync();
            Assert.Equal(
                ("active", "generic_decline", 0), ((string?)waiting["status"], (string?)waiting["reason"], (int)waiting["charged_today"]!));
            Assert.Equal(
                host.Api.Time.GetUtcNow().AddMinutes(minutes), (DateTimeOffset)waiting["next_attempt_at"]!, TimeSpan.FromSeconds(1));
            host.Api.Time.Advance(TimeSpan.FromMinutes(minutes));
        }

        await host.LookAsync();
        host.Api.Time.Advance(TimeSpan.FromDays(10));
        await host.LookAsync();

        Assert.Equal((4, 0, 0), (Attempts, host.Taken, await host.BalanceAsync()));
        Assert.Equal("stopped", (string?)(await ReadAsync())["status"]);
        var told = await host.Api.Database.GetCollection<WebhookDelivery>("webhook_deliveries")
            .Find(delivery => delivery.Type.StartsWith("top_up.")).SortBy(delivery => delivery.CreatedAt).ToListAsync(Cancellation);
        Assert.Equal(["top_up.declined", "top_up.declined", "top_up.declined", "top_up.stopped"], told.Select(delivery => delivery.Type));
        var body = JsonNode.Parse(told[^1].Body)!["data"]!["top_up"]!;
        Assert.Equal(
            (host.Buyer.Wallet, "generic_decline", 1000), ((string?)body["account"], (string?)body["reason"], (int)body["price"]!));
        // No decline leaves a payment behind that somebody could complete later.
        Assert.All(host.Provider.All("payment_intent", int.MaxValue), intent => Assert.Equal("canceled", (string?)intent["status"]));
    }

    [Fact]
    public async Task Setting_it_anew_with_a_card_that_pays_begins_again()
    {
        await host.SetAsync("pm_card_chargeCustomerFail");
        await host.LookAsync();
        await host.SetAsync();
        await host.LookAsync();

        Assert.Equal((1, 10_000), (host.Taken, await host.BalanceAsync()));
        Assert.Equal(("active", 0), ((string?)(await ReadAsync())["status"], (int)(await ReadAsync())["declines"]!));
    }

    /// <summary>Nobody is there who could authenticate: the bank's question is a decline.</summary>
    [Fact]
    public async Task A_card_that_asks_its_holder_is_declined_and_nothing_is_credited()
    {
        await host.SetAsync("pm_card_authenticationRequired");
        await host.LookAsync();

        Assert.Equal((0, 0, "authentication_required"), (host.Taken, await host.BalanceAsync(), (string?)(await ReadAsync())["reason"]));
    }

    [Fact]
    public async Task Once_removed_it_charges_no_more_and_is_not_there()
    {
        await host.SetAsync();
        using var removed = await host.Buyer.Client.DeleteAsync(host.TopUp, Cancellation);
        await host.LookAsync();

        Assert.Equal((204, 0), ((int)removed.StatusCode, host.Taken));
        Assert.Equal((404, "top_up_not_found"), await CodeAsync(host.Buyer.Client.ReadAsync(host.TopUp)));
    }

    private int Attempts => host.Provider.All("charge", int.MaxValue).Count;

    private async Task<JsonNode> ReadAsync() => (await host.Client.ReadAsync(host.TopUp)).Body;

    private static async Task<(int, string?)> CodeAsync(Task<Answer> asked) =>
        (await asked) is var answer ? (answer.Status, answer.Code) : default;
}
