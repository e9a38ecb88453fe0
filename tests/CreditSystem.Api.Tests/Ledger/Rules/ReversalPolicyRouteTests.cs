using System.Text.Json.Nodes;
using CreditSystem.Ledger.Model;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger.Rules;

/// <summary>What becomes of credits that a reversal gives back to a grant that has ended; the answer says it.</summary>
public sealed class ReversalPolicyRouteTests()
    : LedgerRoute(options => options.Assets["kind"] = new() { Reversals = ReversalPolicy.Extend }, funds: 10)
{
    [Theory]
    [InlineData(null)]
    [InlineData("restore")]
    [InlineData("extend")]
    public async Task A_voided_grant_stays_voided_and_its_credits_go_to_its_source(string? expired)
    {
        var (grant, burn) = await BurnedAsync(alice, 100, 40);
        Assert.Equal(200, (await client.PostAsync($"/v1/grants/{grant}/void", new { })).Status);

        var reversal = await ReverseAsync(burn, expired);

        Assert.Equal(201, reversal.Status);
        Assert.Equal([(grant, "40", "voided")], Returned(reversal.Body));
        Assert.Equal((10, 0, 0), (await client.PostedAsync(alice), await client.PostedAsync("promo"), await client.PostedAsync("revenue")));
        Assert.Empty((await client.ReadAsync($"/v1/accounts/{alice}/grants")).Body["grants"]!.AsArray());
        Assert.Equal(reversal.Text, (await client.ReadAsync($"/v1/transfers/{reversal.Body["id"]}")).Text.Replace(",\"reversed\":\"0\"", "", StringComparison.Ordinal));
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task Credits_of_an_expired_grant_expire_at_once_and_the_answer_says_so()
    {
        var (grant, burn) = await BurnedAsync(alice, 100, 40);
        time.Advance(TimeSpan.FromDays(2));

        var reversal = await ReverseAsync(burn, "restore");

        Assert.Equal([(grant, "40", "expired")], Returned(reversal.Body));
        Assert.Equal((10, 100), (await client.PostedAsync(alice), await client.PostedAsync("breakage")));
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task Credits_of_an_expired_grant_can_come_back_for_as_long_as_it_had_lasted()
    {
        var (grant, burn) = await BurnedAsync(alice, 100, 40);
        time.Advance(TimeSpan.FromDays(2));

        var reversal = await ReverseAsync(burn, "extend", amount: 30);

        var (extended, amount, outcome) = Assert.Single(Returned(reversal.Body));
        Assert.NotEqual(grant, extended);
        Assert.Equal(("30", "extended", "2026-03-04T12:00:00.000Z"), (amount, outcome, (string?)reversal.Body["returned"]![0]!["expires_at"]));
        var lot = Assert.Single((await client.ReadAsync($"/v1/accounts/{alice}/grants")).Body["grants"]!.AsArray())!;
        Assert.Equal((extended, "30", true), ((string?)lot["id"], (string?)lot["remaining"], (bool)lot["promotional"]!));
        Assert.Equal(201, (await client.MoveAsync(alice, "revenue", 35, kind: "burn")).Status);
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task A_reversal_can_be_refused_where_the_grant_has_ended()
    {
        var (_, burn) = await BurnedAsync(alice, 100, 105);
        time.Advance(TimeSpan.FromDays(2));

        var refused = await ReverseAsync(burn, "refuse");
        Assert.Equal((409, "grant_ended", "5", "105"), (refused.Status, refused.Code, (string?)refused.Body["available"], (string?)refused.Body["required"]));
        // What was outside grants was drawn last, and goes back first.
        var part = await ReverseAsync(burn, "refuse", amount: 5);
        Assert.Equal([(null, "5", "restored")], Returned(part.Body));
        Assert.Equal((400, "invalid_expired"), Code(await ReverseAsync(burn, "vanish")));
    }

    [Fact]
    public async Task The_asset_decides_where_the_request_does_not()
    {
        var account = (string)(await client.PostAsync("/v1/accounts", new { holder = "alice", asset = "kind" })).Body["id"]!;
        var (_, burn) = await BurnedAsync(account, 100, 40);
        var (_, other) = await BurnedAsync(account, 100, 100);
        time.Advance(TimeSpan.FromDays(2));

        Assert.Equal("extended", Returned((await ReverseAsync(burn, null)).Body).Single().Outcome);
        Assert.Contains(Returned((await ReverseAsync(other, "restore")).Body), part => part.Outcome == "expired");
    }

    private async Task<(string Grant, string Burn)> BurnedAsync(string account, long granted, long burned)
    {
        var grant = await client.PostAsync("/v1/grants", new { account, amount = granted, promotional = true, expires_at = "2026-03-02T12:00:00Z" });
        var burn = await client.MoveAsync(account, "revenue", burned, kind: "burn");
        Assert.Equal((201, 201), (grant.Status, burn.Status));
        return ((string)grant.Body["id"]!, (string)burn.Body["id"]!);
    }

    private Task<Answer> ReverseAsync(string transfer, string? expired, long? amount = null)
    {
        var body = new JsonObject();
        if (expired is not null)
            body["expired"] = expired;
        if (amount is not null)
            body["amount"] = amount;
        return client.PostTextAsync($"/v1/transfers/{transfer}/reverse", body.ToJsonString());
    }

    private static List<(string? Grant, string? Amount, string? Outcome)> Returned(JsonNode body) =>
        [.. body["returned"]!.AsArray().Select(part => ((string?)part!["grant"], (string?)part["amount"], (string?)part["outcome"]))];

    private async Task AssertHoldsAsync() =>
        Assert.All((await client.ReadAsync("/v1/invariants")).Body["checks"]!.AsArray(), check => Assert.True((bool)check!["holds"]!, check.ToJsonString()));

    private static (int, string?) Code(Answer answer) => (answer.Status, answer.Code);
}
