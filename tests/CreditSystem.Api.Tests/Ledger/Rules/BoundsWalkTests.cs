using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger.Rules;

/// <summary>Random requests over HTTP: whatever the route and whatever asset is named, the account's own asset bounds the amount.</summary>
public sealed class BoundsWalkTests
{
    private static readonly Dictionary<string, (long Min, long Max)> Bounds = new() { ["credits"] = (5, 500), ["gold"] = (100, 1000), ["silver"] = (1, 20) };

    [Fact]
    public async Task No_route_moves_an_amount_that_is_outside_the_bounds_of_the_accounts_asset()
    {
        await using var host = await LedgerHost.StartAsync(new InMemoryBlockStore(), configure: options =>
        {
            foreach (var (asset, (min, max)) in Bounds)
                options.Assets[asset] = new() { MinAmount = min, MaxAmount = max };
            options.Tenants["shop"] = new() { ["silver"] = new() { MinAmount = 2, MaxAmount = 50 } };
        });
        var client = host.Client();
        var accounts = new List<(string Id, string Asset)>();
        foreach (var asset in Bounds.Keys)
            foreach (var holder in new[] { "a", "b" })
                accounts.Add(((string)(await client.PostAsync("/v1/accounts", new { holder, asset })).Body["id"]!, asset));
        var random = new Random(Proof.Seed(nameof(BoundsWalkTests)));
        for (var i = 0; i < 300 * Proof.Factor; i++)
        {
            var (account, asset) = accounts[random.Next(accounts.Count)];
            var other = accounts.Find(candidate => candidate.Asset == asset && candidate.Id != account).Id;
            var (min, max) = asset == "silver" ? (2, 50) : Bounds[asset];
            var amount = new[] { min - 1, min, max, max + 1, 5, 20, 100, 501, 1001 }[random.Next(9)];
            var named = random.Next(2) == 0 ? asset : null;
            var answer = await (random.Next(7) switch
            {
                0 => client.PostAsync("/v1/transfers", new { from = "issuance", to = account, amount, asset = named }),
                1 => client.PostAsync("/v1/transfers", new { from = account, to = other, amount }),
                2 => client.PostAsync("/v1/grants", new { account, amount }),
                3 => client.PostAsync("/v1/holds", new { account, amount, to = other }),
                4 => client.PostAsync("/v1/usage", new { events = new[] { new { id = $"e{i}", account, amount } } }),
                5 => client.PostAsync("/v1/transfers/batch", new { transfers = new[] { new { from = "promo", to = account, amount } } }),
                _ => client.PostAsync("/v1/transfers/batch", new { atomic = true, transfers = new[] { new { from = account, to = "revenue", amount } } }),
            });
            var isRefused = answer.Text.Contains("limit_exceeded", StringComparison.Ordinal);
            Assert.True(isRefused == (amount < min || amount > max), $"{amount} of {asset} ({min} to {max}): {answer.Text}");
        }
    }
}
