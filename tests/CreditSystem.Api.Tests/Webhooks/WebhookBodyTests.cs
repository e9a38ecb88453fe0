using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Ledger;
using CreditSystem.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Webhooks;

/// <summary>A receiver learns from the body alone what an event belongs to, and what is left of it.</summary>
public sealed class WebhookBodyTests(SharedToldApi api) : IAsyncLifetime, IClassFixture<SharedToldApi>
{
    private ToldHost host = null!;
    private string alice = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await api.OpenAsync();
        alice = await host.Owner.Client.OpenFundedAsync("alice", 1000);
        await host.SubscribeAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_hold_is_told_with_what_it_sets_aside_what_is_captured_and_what_is_free_again()
    {
        var placed = await HoldAsync(500);
        var id = (string)placed["id"]!;
        await host.DoneAsync($"/v1/holds/{id}/capture", new { amount = 200 });
        await host.DoneAsync($"/v1/holds/{id}/capture", new { amount = 100, final = true });
        await host.DeliverAsync();

        var first = host.Event("hold.placed")["data"]!["hold"]!;
        foreach (var member in (string[])["id", "account", "to", "asset", "amount", "expires_at", "created_at"])
            Assert.Equal((string?)placed[member], (string?)first[member]);
        Assert.Equal(("500", "0", "500", null, "active"), Standing(host.Event("hold.placed")));
        var captures = host.Told.Where(body => (string?)body["type"] == "hold.captured").ToList();
        Assert.Equal([("500", "200", "300", null, "active"), ("500", "300", "0", "200", "captured")], captures.Select(Standing));
        Assert.Equal([("200", id), ("100", id)], captures.Select(capture => Transfer(capture, "hold")));
        Assert.Equal(("500", "300", "0", "200", "captured"), Standing(host.Event("hold.released")));
        Assert.Null(host.Event("hold.released")["data"]!["transfer"]);
    }

    [Fact]
    public async Task A_hold_that_is_captured_wholly_releases_nothing()
    {
        var hold = await HoldAsync(500);
        await host.DoneAsync($"/v1/holds/{hold["id"]}/capture", new { });
        await host.DeliverAsync();

        Assert.Equal(("500", "500", "0", "0", "captured"), Standing(host.Event("hold.captured")));
        Assert.DoesNotContain(host.Told, body => (string?)body["type"] == "hold.released");
    }

    [Fact]
    public async Task The_end_of_a_hold_says_what_is_free_again()
    {
        var voided = await HoldAsync(300);
        await host.DoneAsync($"/v1/holds/{voided["id"]}/capture", new { amount = 100 });
        await host.DoneAsync($"/v1/holds/{voided["id"]}/void", new { });
        var expired = await HoldAsync(50, seconds: 60);
        host.Api.Time.Advance(TimeSpan.FromSeconds(61));
        // Finding the account settles what is due on it.
        var ledger = host.Api.Services.GetRequiredService<CreditLedger>();
        await ledger.FindAccountAsync(host.Owner.Tenant, Guid.Parse(alice), linearizable: true);
        await host.DeliverAsync();

        Assert.Equal(("300", "100", "0", "200", "voided"), Standing(host.Event("hold.voided")));
        Assert.Equal(("50", "0", "0", "50", "expired"), Standing(host.Event("hold.expired")));
        Assert.Equal((string?)expired["id"], (string?)host.Event("hold.expired")["data"]!["hold"]!["id"]);
    }

    [Fact]
    public async Task A_grant_is_told_with_its_terms_and_its_end_names_it()
    {
        var expires = host.Api.Time.GetUtcNow().AddDays(30);
        var grant = await host.DoneAsync(
            "/v1/grants", new { account = alice, amount = 70, promotional = true, expires_at = expires, reference = "spring" });
        await host.DoneAsync($"/v1/grants/{grant["id"]}/void", new { });
        await host.DeliverAsync();

        var (issued, ended) = (host.Event("grant.issued"), host.Event("grant.voided"));
        Assert.Equal(grant.ToJsonString(), issued["data"]!["grant"]!.ToJsonString());
        Assert.Equal(("70", "active", "spring"), Grant(issued));
        Assert.Equal(("0", "voided", null), Grant(ended));
        Assert.Equal((string?)grant["id"], (string?)ended["data"]!["grant"]!["id"]);
        Assert.All([issued, ended], body => Assert.Equal(("70", (string?)grant["id"]), Transfer(body, "grant")));
    }

    [Fact]
    public async Task A_reversal_names_the_transfer_of_which_it_gave_something_back_wherever_it_is_shown()
    {
        var moved = await host.DoneAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 100 });
        await host.DoneAsync($"/v1/transfers/{moved["id"]}/reverse", new { amount = 40 });
        var second = await host.DoneAsync($"/v1/transfers/{moved["id"]}/reverse", new { amount = 25 });
        await host.DeliverAsync();

        var told = host.Told.Where(body => (string?)body["type"] == "transfer.reversed").ToList();
        Assert.Equal(["40", "65"], told.Select(body => (string?)body["data"]!["reversed"]!["amount"]));
        Assert.All(told, body => Assert.Equal((string?)moved["id"], (string?)body["data"]!["reversed"]!["transfer"]));
        Assert.Equal([("40", (string?)moved["id"]), ("25", (string?)moved["id"])], told.Select(body => Transfer(body, "reverses")));
        Assert.Equal((string?)moved["id"], (string?)(await host.Owner.Client.ReadAsync($"/v1/transfers/{second["id"]}")).Body["reverses"]);
    }

    [Fact]
    public async Task An_account_is_told_as_it_is_after_the_change()
    {
        var opened = await host.DoneAsync("/v1/accounts", new { holder = "carol", metadata = new { plan = "free" } });
        using var body = JsonContent.Create(
            new { reason = "upgrade", display_name = "Carol", credit_limit = "50", metadata = new { plan = "pro" } });
        var changed = await Answer.OfAsync(await host.Owner.Client.PatchAsync($"/v1/accounts/{opened["id"]}", body, Cancellation));
        await host.DeliverAsync();

        Assert.Equal(opened.ToJsonString(), host.Event("account.opened")["data"]!["account"]!.ToJsonString());
        var told = host.Event("account.updated")["data"]!;
        Assert.Equal((200, changed.Body.ToJsonString()), (changed.Status, told["account"]!.ToJsonString()));
        Assert.Null(told["transfer"]);
    }

    private static (string?, string?, string?, string?, string?) Standing(JsonNode body) =>
        (Hold(body, "amount"), Hold(body, "captured"), Hold(body, "remaining"), Hold(body, "released"), Hold(body, "status"));

    private static string? Hold(JsonNode body, string member) => (string?)body["data"]!["hold"]![member];

    private static (string?, string?, string?) Grant(JsonNode body)
    {
        var grant = body["data"]!["grant"]!;
        return ((string?)grant["remaining"], (string?)grant["status"], (string?)grant["reference"]);
    }

    private static (string?, string?) Transfer(JsonNode body, string member) =>
        ((string?)body["data"]!["transfer"]!["amount"], (string?)body["data"]!["transfer"]![member]);

    private Task<JsonNode> HoldAsync(long amount, int seconds = 3600) =>
        host.DoneAsync("/v1/holds", new { account = alice, amount, expires_in_seconds = seconds, reference = $"job-{amount}" });
}
