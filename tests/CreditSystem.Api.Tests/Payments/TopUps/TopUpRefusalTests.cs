using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Payments.TopUps;

/// <summary>Policies that cannot be.</summary>
public sealed class TopUpRefusalTests(SharedProvider shared) : IAsyncLifetime, IClassFixture<SharedProvider>
{
    private ProviderHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await shared.OpenAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("""{"threshold":0,"package":"credits-100"}""", "invalid_threshold")]
    [InlineData("""{"threshold":1000}""", "invalid_amount")]
    [InlineData("""{"threshold":1000,"package":"credits-100","target":"5000"}""", "invalid_amount")]
    [InlineData("""{"threshold":1000,"amount":10}""", "invalid_amount")]
    [InlineData("""{"threshold":20000,"package":"credits-100"}""", "invalid_amount")]
    [InlineData("""{"threshold":1000,"target":1000}""", "invalid_amount")]
    [InlineData("""{"threshold":1000,"package":"none"}""", "package_not_found")]
    [InlineData("""{"threshold":1000,"package":"credits-100","daily_cap":999}""", "invalid_cap")]
    [InlineData("""{"threshold":1000,"package":"credits-100","monthly_cap":1000,"daily_cap":2000}""", "invalid_cap")]
    [InlineData("""{"threshold":1000,"package":"credits-100","daily_cap":500001,"monthly_cap":1000000}""", "invalid_cap")]
    [InlineData("""{"threshold":1000,"package":"credits-100","payment_method":"pm_unknown"}""", "invalid_payment_method")]
    [InlineData("""{"threshold":1000,"package":"credits-100","payment_method":"pm_card_visa_chargeDeclined"}""", "card_declined")]
    public async Task What_cannot_be_is_refused_with_what_is_wrong(string terms, string code)
    {
        var policy = new JsonObject { ["payment_method"] = "pm_card_visa", ["daily_cap"] = 10_000, ["monthly_cap"] = 10_000 };
        foreach (var (name, value) in JsonNode.Parse(terms)!.AsObject())
            policy[name] = value?.DeepClone();

        Assert.Equal(code, (await host.PutAsync(policy)).Code);
        Assert.Equal(404, (await host.Buyer.Client.ReadAsync(host.TopUp)).Status);
    }

    /// <summary>All accounts share one account of Stripe: what is saved for one is no other's.</summary>
    [Fact]
    public async Task Another_users_account_is_not_there_and_another_accounts_card_is_refused()
    {
        var other = await host.Api.RegisterAsync(host.Owner.Tenant, "peter");
        Assert.Equal(
            404,
            (await host.PutAsync(
                new { threshold = 1, payment_method = "pm_card_visa", package = "credits-100", daily_cap = 1000, monthly_cap = 1000 },
                other.Client)).Status);
        var saved = (string)(await host.SetAsync()).Body["payment_method"]!["id"]!;

        var answer = await Answer.OfAsync(await other.Client.PutAsync(
            $"/v1/accounts/{other.Wallet}/top-up",
            JsonContent.Create(
                new { threshold = 1, payment_method = saved, package = "credits-100", daily_cap = 1000, monthly_cap = 1000 }),
            Cancellation));

        Assert.Equal((400, "invalid_payment_method"), (answer.Status, answer.Code));
    }
}
