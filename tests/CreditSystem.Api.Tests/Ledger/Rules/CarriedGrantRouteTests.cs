using CreditSystem.Ledger.Model;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger.Rules;

/// <summary>Promotional and expiring credits stay what they are when they change hands.</summary>
public sealed class CarriedGrantRouteTests()
    : LedgerRoute(options => options.Assets["fixed"] = new() { GrantTransfers = GrantTransfer.PaidOnly }, funds: 0)
{
    private string bob = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        bob = await client.OpenAsync("bob");
    }

    [Fact]
    public async Task A_transfer_there_and_back_makes_no_promotional_credit_permanent()
    {
        var grant = await GrantAsync(alice, 100);
        Assert.Equal(201, (await host.Client(holder: "alice").MoveAsync(alice, bob, 60)).Status);

        var carried = Assert.Single((await client.ReadAsync($"/v1/accounts/{bob}/grants")).Body["grants"]!.AsArray())!;
        Assert.Equal((grant, "60", true, "2026-03-02T12:00:00.000Z"), ((string?)carried["id"], (string?)carried["remaining"], (bool)carried["promotional"]!, (string?)carried["expires_at"]));
        Assert.Equal(201, (await host.Client(holder: "bob").MoveAsync(bob, alice, 20)).Status);

        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal((0, 0), (await client.PostedAsync(alice), await client.PostedAsync(bob)));
        Assert.Equal(100, await client.PostedAsync("breakage"));
    }

    [Fact]
    public async Task A_reversal_with_other_promotional_credits_makes_none_permanent()
    {
        await client.MoveAsync("issuance", alice, 50, kind: "purchase");
        var move = await client.MoveAsync(alice, bob, 50);
        await client.MoveAsync(bob, "revenue", 50, kind: "burn");
        var grant = await GrantAsync(bob, 50);

        // Nothing is left of what bob received, so a grant pays, and stays one.
        Assert.Equal(201, (await client.PostAsync($"/v1/transfers/{move.Body["id"]}/reverse", new { })).Status);
        Assert.Equal(grant, (string?)Assert.Single((await client.ReadAsync($"/v1/accounts/{alice}/grants")).Body["grants"]!.AsArray())!["id"]);
        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal((0, 0, 50), (await client.PostedAsync(alice), await client.PostedAsync(bob), await client.PostedAsync("breakage")));
    }

    [Fact]
    public async Task A_capture_into_the_account_of_a_holder_carries_the_terms()
    {
        await GrantAsync(alice, 100);
        var hold = (await client.PostAsync("/v1/holds", new { account = alice, amount = 80, to = bob })).Body["id"];
        Assert.Equal(200, (await client.PostAsync($"/v1/holds/{hold}/capture", new { amount = 50 })).Status);
        Assert.Equal("50", (string?)(await client.ReadAsync($"/v1/accounts/{bob}/grants")).Body["grants"]![0]!["remaining"]);

        time.Advance(TimeSpan.FromDays(1));

        // What has expired while it was set aside would vanish with the receiver: the answer says so, and the hold stays.
        var late = await client.PostAsync($"/v1/holds/{hold}/capture", new { });
        Assert.Equal((409, "grant_ended", "0", "30"), (late.Status, late.Code, (string?)late.Body["available"], (string?)late.Body["required"]));
        Assert.Equal(0, await client.PostedAsync(bob));
        Assert.Equal(200, (await client.PostAsync($"/v1/holds/{hold}/void", new { })).Status);
        Assert.Equal(0, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Where_the_asset_says_so_promotional_credits_stay_with_their_holder()
    {
        var (from, to) = (await OpenAsync("alice"), await OpenAsync("bob"));
        await GrantAsync(from, 100);
        await client.PostAsync("/v1/grants", new { account = from, amount = 30, expires_at = "2026-03-02T12:00:00Z" });

        var refused = await client.MoveAsync(from, to, 31);
        Assert.Equal((422, "not_transferable", "30", "31"), (refused.Status, refused.Code, (string?)refused.Body["available"], (string?)refused.Body["required"]));
        Assert.Equal((422, "not_transferable"), Code(await client.PostAsync("/v1/holds", new { account = from, amount = 31, to })));
        Assert.Equal((422, "insufficient_funds"), Code(await client.MoveAsync(from, to, 131)));
        Assert.Equal(201, (await client.MoveAsync(from, to, 30)).Status);
        Assert.Equal(201, (await client.MoveAsync(from, "revenue", 100, kind: "burn")).Status);
        Assert.False((bool)(await client.ReadAsync($"/v1/accounts/{to}/grants")).Body["grants"]![0]!["promotional"]!);
    }

    [Fact]
    public async Task A_part_of_a_grant_that_was_given_away_can_be_voided_where_it_is()
    {
        var grant = await GrantAsync(alice, 100);
        await client.MoveAsync(alice, bob, 60);

        Assert.Equal(200, (await client.PostAsync($"/v1/grants/{grant}/void", new { })).Status);
        Assert.Equal((0, 60), (await client.PostedAsync(alice), await client.PostedAsync(bob)));
        Assert.Equal(200, (await client.PostAsync($"/v1/grants/{grant}/void", new { account = bob })).Status);

        Assert.Equal((0, 0), (await client.PostedAsync(bob), await client.PostedAsync("promo")));
    }

    private async Task<string> GrantAsync(string account, long amount)
    {
        var answer = await client.PostAsync("/v1/grants", new { account, amount, promotional = true, expires_at = "2026-03-02T12:00:00Z" });
        Assert.Equal(201, answer.Status);
        return (string)answer.Body["id"]!;
    }

    private async Task<string> OpenAsync(string holder) => (string)(await client.PostAsync("/v1/accounts", new { holder, asset = "fixed" })).Body["id"]!;

    private static (int, string?) Code(Answer answer) => (answer.Status, answer.Code);
}
