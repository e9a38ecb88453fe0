using CreditSystem.Api.Tests.Access;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Payments;

public sealed class PaymentTests(SharedShop shop, MongoServer mongo, RedisServer redis) : IAsyncLifetime, IClassFixture<SharedShop>
{
    private PaymentHost host = null!;

    public async ValueTask InitializeAsync() => host = await shop.OpenAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Offers_the_packages_of_the_original()
    {
        var offer = await host.Buyer.Client.ReadAsync("/v1/credit-packages");

        Assert.Equal(["10000/1000", "50000/4500", "100000/8000"], offer.Body["packages"]!.AsArray().Select(package => $"{package!["credits"]}/{package["price"]}"));
    }

    [Fact]
    public async Task Sells_ten_credits_for_a_dollar()
    {
        var begun = await host.Buyer.Client.PostAsync("/v1/payments/intents", new { amount = 100 }, key: "k");

        Assert.Equal((201, "1000"), (begun.Status, (string?)begun.Body["credits"]));
    }

    [Fact]
    public async Task Begins_one_payment_for_one_key_and_refuses_the_key_for_another()
    {
        var before = host.Stripe.IntentsCreated;
        var first = await host.Buyer.Client.PostAsync("/v1/payments/intents", new { package = "credits-100" }, key: "k");
        var retry = await host.Buyer.Client.PostAsync("/v1/payments/intents", new { package = "credits-100" }, key: "k");
        var other = await host.Buyer.Client.PostAsync("/v1/payments/intents", new { package = "credits-500" }, key: "k");

        Assert.Equal((201, false), (first.Status, first.Replayed));
        Assert.Equal((201, true, first.Text), (retry.Status, retry.Replayed, retry.Text));
        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal(before + 1, host.Stripe.IntentsCreated);
    }

    /// <summary>The original credited on confirmation, and once more on the notice.</summary>
    [Theory]
    [InlineData("confirm notice")]
    [InlineData("notice confirm")]
    [InlineData("notice notice confirm confirm notice")]
    [InlineData("confirm confirm")]
    public async Task Credits_once_in_whatever_order_confirmation_and_notices_come(string order)
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);

        foreach (var step in order.Split(' '))
            Assert.Equal(200, step == "confirm" ? (await host.ConfirmAsync(payment)).Status : await host.NotifyAsync("payment_intent.succeeded", payment));

        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Credits_once_when_confirmations_and_notices_come_at_once()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);

        var confirmations = Enumerable.Range(0, 6).Select(async _ => (await host.ConfirmAsync(payment)).Status);
        var notices = Enumerable.Range(0, 6).Select(_ => host.NotifyAsync("payment_intent.succeeded", payment));
        var statuses = await Task.WhenAll([.. confirmations, .. notices]);

        Assert.All(statuses, status => Assert.Equal(200, status));
        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Confirms_with_a_payment_method_and_names_the_transfer()
    {
        var payment = await host.BeginAsync();

        var confirmed = await host.ConfirmAsync(payment, "pm_card_visa");

        Assert.Equal("succeeded", (string?)confirmed.Body["status"]);
        Assert.Equal(200, (await host.Buyer.Client.ReadAsync($"/v1/transfers/{confirmed.Body["transfer"]}")).Status);
        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task A_confirmation_that_another_one_overtook_is_answered_with_what_that_one_did()
    {
        var payment = await host.BeginAsync();
        host.Stripe.BeforeConfirmation = host.Stripe.Pay;

        var confirmed = await host.ConfirmAsync(payment, "pm_card_visa");

        Assert.Equal((200, "succeeded"), (confirmed.Status, (string?)confirmed.Body["status"]));
        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Answers_a_declined_card_with_402_and_credits_nothing()
    {
        var payment = await host.BeginAsync();

        var declined = await host.ConfirmAsync(payment, StripeServer.DeclinedCard);

        Assert.Equal((402, "card_declined", "insufficient_funds"), (declined.Status, declined.Code, (string?)declined.Body["decline_code"]));
        Assert.Equal(0, await host.BalanceAsync());
    }

    [Fact]
    public async Task A_payment_method_that_is_not_known_is_what_is_wrong_and_not_the_payment()
    {
        var payment = await host.BeginAsync();

        var refused = await host.ConfirmAsync(payment, StripeServer.UnknownCard);

        Assert.Equal((400, "invalid_payment_method"), (refused.Status, refused.Code));
        Assert.Equal(200, (await host.ConfirmAsync(payment, "pm_card_visa")).Status);
    }

    [Fact]
    public async Task Credits_nothing_before_the_payment_is_paid()
    {
        var payment = await host.BeginAsync();

        var early = await host.ConfirmAsync(payment);

        Assert.Equal((200, "requires_payment_method"), (early.Status, (string?)early.Body["status"]));
        Assert.Equal(0, await host.BalanceAsync());
    }

    [Fact]
    public async Task Hides_payments_of_another_user_and_of_another_tenant()
    {
        var payment = await host.BeginAsync();
        var neighbour = await host.Api.RegisterAsync(host.Buyer.Tenant, "nick");
        var stranger = await host.Api.OpenTenantAsync();

        foreach (var client in new[] { neighbour.Client, stranger.Client })
        {
            Assert.Equal(404, (await client.ReadAsync($"/v1/payments/intents/{payment}")).Status);
            Assert.Equal(404, (await client.PostAsync($"/v1/payments/intents/{payment}/confirm", new { })).Status);
        }
    }

    [Fact]
    public async Task Says_503_while_Stripe_is_away_and_credits_afterwards()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);

        host.Stripe.Failure = 500;
        var notice = await host.NotifyAsync("payment_intent.succeeded", payment, "evt_a");
        var confirmation = await host.ConfirmAsync(payment);
        host.Stripe.Failure = null;
        var repeated = await host.NotifyAsync("payment_intent.succeeded", payment, "evt_a");

        Assert.Equal((503, 503, "payment_provider_unavailable"), (notice, confirmation.Status, confirmation.Code));
        Assert.Equal(200, repeated);
        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Says_payments_unavailable_without_the_secrets_while_all_else_works()
    {
        await using var plain = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());
        var owner = await plain.OpenTenantAsync();
        var user = await plain.RegisterAsync(owner.Tenant, "uma");

        var begun = await user.Client.PostAsync("/v1/payments/intents", new { package = "credits-100" }, key: "k");

        Assert.Equal((503, "payments_unavailable"), (begun.Status, begun.Code));
        Assert.Equal(200, (await user.Client.ReadAsync("/v1/credit-packages")).Status);
        Assert.Equal(0, await user.Client.PostedAsync(user.Wallet));
    }
}
