using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.Ledger.Accounts;

/// <summary>A tenant has its system accounts from the beginning, whether or not anything has happened on them.</summary>
public sealed class SystemAccountTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private LedgerHost host = null!;
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        host = await LedgerHost.StartAsync(new InMemoryBlockStore(), time);
        client = host.Client();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("issuance")]
    [InlineData("promo")]
    [InlineData("revenue")]
    [InlineData("breakage")]
    [InlineData("stripe_clearing")]
    [InlineData("adjustments")]
    public async Task One_that_is_not_used_yet_is_there_and_empty(string name)
    {
        var account = await client.ReadAsync($"/v1/accounts/{name}");
        Assert.Equal((200, name), (account.Status, (string?)account.Body["system"]));

        foreach (var named in new[] { name, (string)account.Body["id"]! })
        {
            var balance = await client.ReadAsync($"/v1/accounts/{named}/balance");
            Assert.Equal((200, "0", "0"), (balance.Status, (string?)balance.Body["posted"], (string?)balance.Body["available"]));
            Assert.Empty((await client.ReadAsync($"/v1/accounts/{named}/entries")).Body["entries"]!.AsArray());
            Assert.Equal("0", (string?)(await client.ReadAsync($"/v1/accounts/{named}/statement")).Body["closing_balance"]);
            Assert.Empty((await client.ReadAsync($"/v1/transfers?account={named}")).Body["transfers"]!.AsArray());
        }
    }

    [Fact]
    public async Task It_is_empty_at_a_time_before_it_was_used_whoever_asks_when()
    {
        const string At = "2026-03-01T11:00:00Z";
        var before = await client.ReadAsync($"/v1/accounts/issuance/balance?at={At}");
        var alice = await client.OpenFundedAsync("alice", 1000);

        Assert.Equal((200, "0"), (before.Status, (string?)before.Body["posted"]));
        Assert.Equal(before.Text, (await client.ReadAsync($"/v1/accounts/issuance/balance?at={At}")).Text);
        Assert.Equal("-1000", (string?)(await client.ReadAsync("/v1/accounts/issuance/balance")).Body["posted"]);
        Assert.Equal(404, (await client.ReadAsync($"/v1/accounts/{alice}/balance?at={At}")).Status);
    }

    [Fact]
    public async Task A_user_does_not_see_it() =>
        Assert.Equal(404, (await host.Client(holder: "bob").ReadAsync("/v1/accounts/promo")).Status);
}
