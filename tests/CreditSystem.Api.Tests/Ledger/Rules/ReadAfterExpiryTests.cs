using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.Ledger.Rules;

/// <summary>Reads go by the time at which they are asked, although a block of reads has the time of the last write.</summary>
public sealed class ReadAfterExpiryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("strong")]
    [InlineData("eventual")]
    public async Task A_grant_and_a_hold_that_have_expired_count_no_more_although_nothing_was_written_since(string consistency)
    {
        var time = new FakeTimeProvider(Noon);
        await using var host = await LedgerHost.StartAsync(new InMemoryBlockStore(), time, options => options.SweepIntervalSeconds = 86_400);
        var client = host.Client();
        var account = await client.OpenFundedAsync("alice", 10);
        Assert.Equal(201, (await client.PostAsync("/v1/grants", new { account, amount = 100, expires_at = Noon.AddHours(1) })).Status);
        Assert.Equal(201, (await client.PostAsync("/v1/holds", new { account, amount = 5, expires_in_seconds = 3600 })).Status);
        Assert.Equal(("110", "5", "105"), await BalanceAsync());

        time.Advance(TimeSpan.FromMinutes(30));
        for (var i = 0; i < 3; i++)
            Assert.Equal(("110", "5", "105"), await BalanceAsync());
        time.Advance(TimeSpan.FromMinutes(31));
        var grants = await client.ReadAsync($"/v1/accounts/{account}/grants?consistency={consistency}");
        var statement = await client.ReadAsync($"/v1/accounts/{account}/statement?consistency={consistency}");

        Assert.Equal(("10", "0", "10"), await BalanceAsync());
        Assert.Empty(grants.Body["grants"]!.AsArray());
        Assert.Equal(("0", "10"), ((string?)statement.Body["opening_balance"], (string?)statement.Body["closing_balance"]));
        Assert.Equal(
            $"{Noon.AddHours(1):yyyy-MM-ddTHH:mm:ss}.000Z", (string?)statement.Body["entries"]!.AsArray()[^1]!["effective_at"]);

        async Task<(string?, string?, string?)> BalanceAsync()
        {
            var balance = (await client.ReadAsync($"/v1/accounts/{account}/balance?consistency={consistency}")).Body;
            return ((string?)balance["posted"], (string?)balance["held"], (string?)balance["available"]);
        }
    }
}
