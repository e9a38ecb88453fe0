using CreditSystem.Ledger;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger.Rules;

/// <summary>An account is one account by whatever name, and its own asset decides what may be moved.</summary>
public sealed class IdentityRouteTests() : LedgerRoute(Configure, funds: 10_000)
{
    [Theory]
    [InlineData("issuance", "reward")]
    [InlineData("revenue", "transfer")]
    [InlineData("adjustments", "adjustment")]
    public async Task Refuses_to_move_from_a_system_account_to_itself_by_its_id(string system, string kind)
    {
        var id = await IdOfAsync(system);
        foreach (var (from, to) in new[] { (system, id), (id, system), (id, id) })
        {
            Assert.Equal((422, "same_account"), Code(await client.MoveAsync(from, to, 100, kind: kind)));
            var batch = await client.PostAsync("/v1/transfers/batch", new { transfers = new[] { new { from, to, amount = 100, kind } } });
            Assert.Equal("same_account", (string?)batch.Body["results"]![0]!["error"]!["code"]);
            Assert.Equal((422, "same_account"), Code(await client.PostAsync("/v1/transfers/batch", new { atomic = true, transfers = new[] { new { from, to, amount = 100, kind } } })));
        }
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task Refuses_usage_that_the_account_of_revenue_would_pay_to_itself()
    {
        var answer = await client.PostAsync("/v1/usage", new { events = new[] { new { id = "e1", account = await IdOfAsync("revenue"), amount = 5 } } });

        Assert.Equal("same_account", (string?)answer.Body["results"]![0]!["error"]!["code"]);
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task Takes_a_system_account_by_its_id_for_what_it_is()
    {
        var id = await IdOfAsync("issuance");

        Assert.Equal(201, (await client.MoveAsync(id, alice, 100, kind: "reward")).Status);
        Assert.Equal(201, (await client.MoveAsync(alice, id, 50, kind: "burn")).Status);

        Assert.Equal(10_040, await client.PostedAsync(alice));
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task Bounds_every_amount_by_the_asset_of_the_account()
    {
        var (gold, other) = (await OpenGoldAsync("alice"), await OpenGoldAsync("bob"));
        Assert.Equal(201, (await client.MoveAsync("issuance", gold, 1000, kind: "reward")).Status);

        foreach (var amount in new[] { 99, 1001, 50_000_000 })
        {
            Assert.Equal((422, "limit_exceeded"), Code(await client.MoveAsync(gold, other, amount)));
            Assert.Equal((422, "limit_exceeded"), Code(await client.MoveAsync("issuance", gold, amount, kind: "reward")));
            Assert.Equal((422, "limit_exceeded"), Code(await client.PostAsync("/v1/grants", new { account = gold, amount })));
            Assert.Equal((422, "limit_exceeded"), Code(await client.PostAsync("/v1/holds", new { account = gold, amount })));
            var usage = await client.PostAsync("/v1/usage", new { events = new[] { new { id = $"e{amount}", account = gold, amount } } });
            Assert.Equal("limit_exceeded", (string?)usage.Body["results"]![0]!["error"]!["code"]);
            var batch = await client.PostAsync("/v1/transfers/batch", new { transfers = new[] { new { from = gold, to = other, amount } } });
            Assert.Equal("limit_exceeded", (string?)batch.Body["results"]![0]!["error"]!["code"]);
        }
        Assert.Equal(201, (await client.MoveAsync(gold, other, 100)).Status);
    }

    [Fact]
    public async Task Bounds_grants_and_holds_by_what_is_set_for_the_tenant()
    {
        var big = host.Client("big");
        var account = await big.OpenAsync("alice");

        Assert.Equal(201, (await big.PostAsync("/v1/grants", new { account, amount = 200_000_000 })).Status);
        Assert.Equal(201, (await big.PostAsync("/v1/holds", new { account, amount = 150_000_000 })).Status);
        Assert.Equal((422, "limit_exceeded"), Code(await client.PostAsync("/v1/grants", new { account = alice, amount = 200_000_000 })));
    }

    [Fact]
    public async Task An_amount_for_an_account_that_is_not_open_yet_binds_the_command_to_the_asset_of_its_bounds()
    {
        var later = CreditSystem.Ledger.Model.LedgerId.ForAccount("shop", "late", "gold").ToString();

        Assert.Equal((404, "account_not_found"), Code(await client.PostAsync("/v1/grants", new { account = later, amount = 5 }, "k1")));
        await OpenGoldAsync("late");

        Assert.Equal((404, "account_not_found"), Code(await client.PostAsync("/v1/grants", new { account = later, amount = 5 }, "k1")));
    }

    private async Task<string> IdOfAsync(string system)
    {
        Assert.Equal(201, (await client.MoveAsync(alice, system, 10)).Status);
        return (string)(await client.ReadAsync($"/v1/accounts/{system}")).Body["id"]!;
    }

    private async Task<string> OpenGoldAsync(string holder) => (string)(await client.PostAsync("/v1/accounts", new { holder, asset = "gold" })).Body["id"]!;

    private async Task AssertHoldsAsync() =>
        Assert.All((await client.ReadAsync("/v1/invariants")).Body["checks"]!.AsArray(), check => Assert.True((bool)check!["holds"]!, check.ToJsonString()));

    private static (int, string?) Code(Answer answer) => (answer.Status, answer.Code);

    private static void Configure(LedgerOptions options)
    {
        options.Assets["gold"] = new() { MinAmount = 100, MaxAmount = 1000 };
        options.Tenants["big"] = new() { ["credits"] = new() { MaxAmount = 500_000_000 } };
    }
}
