using CreditSystem.Api.Payments;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>What is sold to whom, and lists of what was.</summary>
public sealed class OfferTests(MongoServer mongo, RedisServer redis)
{
    [Fact]
    public async Task Sells_in_several_currencies_and_to_a_tenant_at_prices_of_its_own()
    {
        await using var host = await PaymentHost.StartAsync(mongo, redis, settings =>
        {
            settings["Payments:Currencies:eur:UnitsPerPriceUnit"] = "11";
            settings["Payments:Currencies:eur:Packages:0:Id"] = "euro";
            settings["Payments:Currencies:eur:Packages:0:Credits"] = "500";
            settings["Payments:Currencies:eur:Packages:0:Price"] = "45";
        });

        var dollars = await host.Buyer.Client.ReadAsync("/v1/credit-packages");
        var euros = await host.Buyer.Client.ReadAsync("/v1/credit-packages?currency=eur");
        var bought = await host.Buyer.Client.PostAsync("/v1/payments/intents", new { amount = 100, currency = "eur" }, key: "e");
        var unknown = await host.Buyer.Client.PostAsync("/v1/payments/intents", new { amount = 100, currency = "chf" }, key: "c");

        Assert.Equal(["usd", "eur"], dollars.Body["currencies"]!.AsArray().Select(currency => (string?)currency));
        Assert.Equal("euro", (string?)euros.Body["packages"]!.AsArray().Single()!["id"]);
        Assert.Equal(("1100", "eur"), ((string?)bought.Body["credits"], (string?)bought.Body["currency"]));
        Assert.Equal((400, "unknown_currency"), (unknown.Status, unknown.Code));

        var options = host.Api.Services.GetRequiredService<IOptions<PaymentOptions>>().Value;
        var own = new TenantPriceOptions();
        own.Currencies["chf"] = new PriceOptions { UnitsPerPriceUnit = 20 };
        options.Tenants[host.Buyer.Tenant] = own;
        var francs = await host.Buyer.Client.PostAsync("/v1/payments/intents", new { amount = 100 }, key: "f");
        Assert.Equal(("2000", "chf"), ((string?)francs.Body["credits"], (string?)francs.Body["currency"]));
        Assert.Empty((await host.Buyer.Client.ReadAsync("/v1/credit-packages")).Body["packages"]!.AsArray());
    }

    [Fact]
    public void Says_what_is_wrong_with_prices()
    {
        var options = new PaymentOptions { MinPrice = 10, MaxPrice = 9 };
        options.Currencies["EURO"] = new PriceOptions { UnitsPerPriceUnit = 0 };
        options.Tenants["acme"] = new TenantPriceOptions { Currency = "chf" };

        var problems = PaymentOffer.Problems(options).ToList();

        Assert.Contains(problems, problem => problem.StartsWith("Payments:MinPrice", StringComparison.Ordinal));
        Assert.Contains("Payments:Currencies:EURO is not a currency.", problems);
        Assert.Contains(problems, problem => problem.Contains("UnitsPerPriceUnit", StringComparison.Ordinal));
        Assert.Contains("Payments:Tenants:acme must have prices in its currency.", problems);
    }

    [Fact]
    public async Task Lists_payments_in_pages_newest_first_each_once()
    {
        await using var host = await PaymentHost.StartAsync(mongo, redis);
        var begun = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            begun.Insert(0, await host.BeginAsync());
            // Two at the same time as well.
            if (i != 2)
                host.Api.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var (seen, cursor) = (new List<string>(), "");
        do
        {
            var page = await host.Buyer.Client.ReadAsync($"/v1/payments?limit=2{cursor}");
            seen.AddRange(page.Body["payments"]!.AsArray().Select(payment => (string)payment!["id"]!));
            cursor = (string?)page.Body["next_cursor"] is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);

        Assert.Equal(begun.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.Equal(begun[0], seen[0]);
        Assert.Equal((400, "invalid_cursor"), await CodeAsync("cursor=nonsense"));
        Assert.Empty((await host.Buyer.Client.ReadAsync("/v1/payments?status=succeeded")).Body["payments"]!.AsArray());

        async Task<(int, string?)> CodeAsync(string query)
        {
            var answer = await host.Buyer.Client.ReadAsync($"/v1/payments?{query}");
            return (answer.Status, answer.Code);
        }
    }
}
