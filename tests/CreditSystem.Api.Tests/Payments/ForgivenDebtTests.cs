using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>Debts of payments that are waived.</summary>
public sealed class ForgivenDebtTests(SharedShop shop) : IAsyncLifetime, IClassFixture<SharedShop>
{
    private PaymentHost host = null!;

    public async ValueTask InitializeAsync() => host = await shop.OpenAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Forgives_what_is_owed_for_a_reason_and_only_to_those_who_may()
    {
        var payment = await host.PayAsync();
        await host.SpendAsync(10_000);
        host.Stripe.Refund(payment, 1_000);
        await host.NotifyAsync("charge.refunded", payment);
        var route = $"/v1/accounts/{host.Buyer.Wallet}/debt/forgiveness";

        Assert.Equal(403, (await host.Buyer.Client.PostAsync(route, new { reason = "mine" }, key: "a")).Status);
        Assert.Equal(400, (await host.Owner.Client.PostAsync(route, new { reason = " " }, key: "b")).Status);
        var part = await host.Owner.Client.PostAsync(route, new { reason = "goodwill", amount = 4_000 }, key: "c");
        var more = await host.Owner.Client.PostAsync(route, new { reason = "goodwill", amount = 6_001 }, key: "d");
        var again = await host.Owner.Client.PostAsync(route, new { reason = "goodwill", amount = 4_000 }, key: "c");

        Assert.Equal((201, "6000"), (part.Status, (string?)part.Body["debt"]));
        Assert.Equal((422, "exceeds_debt"), (more.Status, more.Code));
        Assert.True(again.Replayed);
        Assert.Equal((0, 6_000, -6_000), await host.StandingAsync());
        var events = await host.Owner.Client.ReadAsync("/v1/audit/events?action=ForgiveDebt");
        Assert.Equal(host.Buyer.Wallet, (string?)events.Body["events"]![0]!["target"]);
    }

    [Fact]
    public async Task Recovers_less_than_nothing_where_a_dispute_is_won_after_its_debt_was_forgiven()
    {
        var payment = await host.PayAsync();
        await host.SpendAsync(10_000);
        var dispute = host.Stripe.Dispute(payment, 1_000);
        await host.NotifyAsync("charge.dispute.created", payment);
        var route = $"/v1/accounts/{host.Buyer.Wallet}/debt/forgiveness";
        Assert.Equal(201, (await host.Owner.Client.PostAsync(route, new { reason = "goodwill", amount = 4_000 }, key: "a")).Status);

        host.Stripe.Win(dispute);
        await host.NotifyAsync("charge.dispute.closed", payment);

        Assert.Equal((4_000, 0, 4_000), await host.StandingAsync());
        var seen = await host.Buyer.Client.ReadAsync($"/v1/payments/{payment}");
        Assert.Equal("-4000", (string?)seen.Body["recovered"]);
    }
}
