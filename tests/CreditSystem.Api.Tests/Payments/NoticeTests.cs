using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Payments;

public sealed class NoticeTests(SharedShop shop) : IAsyncLifetime, IClassFixture<SharedShop>
{
    private PaymentHost host = null!;

    public async ValueTask InitializeAsync() => host = await shop.OpenAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Refuses_a_notice_that_Stripe_has_not_signed()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);
        var now = host.Api.Time.GetUtcNow();
        var (body, signature) = host.Stripe.Notice("payment_intent.succeeded", payment, now);

        Assert.Equal(400, await host.SendAsync(body, null));
        Assert.Equal(400, await host.SendAsync(body, "t=1,v1=00"));
        Assert.Equal(400, await host.SendAsync(body.Replace("evt_", "evt_x", StringComparison.Ordinal), signature));
        Assert.Equal(400, await host.SendAsync(body, host.Stripe.Notice("payment_intent.succeeded", payment, now, secret: "whsec_of_somebody_else").Signature));
        Assert.Equal(400, await host.SendAsync("{ not json", "t=1,v1=00"));
        Assert.Equal(0, await host.BalanceAsync());
        Assert.Equal(200, await host.SendAsync(body, signature));
    }

    [Fact]
    public async Task Refuses_a_recorded_notice_that_is_played_again_later()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);
        var (body, signature) = host.Stripe.Notice("payment_intent.succeeded", payment, host.Api.Time.GetUtcNow());

        host.Api.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal(400, await host.SendAsync(body, signature));
    }

    [Fact]
    public async Task Takes_back_what_was_refunded_in_parts_down_to_the_last_unit()
    {
        var payment = await PayAsync();
        host.Stripe.Refund(payment, 333);
        Assert.Equal(200, await host.NotifyAsync("charge.refunded", payment));
        Assert.Equal(10_000 - 3_330, await host.BalanceAsync());

        host.Stripe.Refund(payment, 667);
        Assert.Equal(200, await host.NotifyAsync("charge.refunded", payment));
        Assert.Equal(200, await host.NotifyAsync("refund.updated", payment));

        Assert.Equal(0, await host.BalanceAsync());
    }

    [Fact]
    public async Task Takes_back_a_refund_whose_notice_comes_before_that_of_the_payment()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);
        host.Stripe.Refund(payment, 500);

        Assert.Equal(200, await host.NotifyAsync("charge.refunded", payment));
        Assert.Equal(200, await host.NotifyAsync("payment_intent.succeeded", payment));

        Assert.Equal(5_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Takes_back_a_disputed_payment_and_gives_it_back_when_the_dispute_is_won()
    {
        var payment = await PayAsync();
        var dispute = host.Stripe.Dispute(payment, 1_000);
        Assert.Equal(200, await host.NotifyAsync("charge.dispute.created", payment));
        Assert.Equal(0, await host.BalanceAsync());

        host.Stripe.Win(dispute);
        Assert.Equal(200, await host.NotifyAsync("charge.dispute.closed", payment));
        Assert.Equal(200, await host.NotifyAsync("charge.dispute.closed", payment));

        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Owes_what_could_not_be_taken_back_because_it_was_spent()
    {
        var payment = await PayAsync();
        await host.SpendAsync(7_000);
        host.Stripe.Refund(payment, 1_000);

        Assert.Equal(200, await host.NotifyAsync("charge.refunded", payment));
        Assert.Equal(200, await host.NotifyAsync("charge.refunded", payment));

        var seen = await host.Buyer.Client.ReadAsync($"/v1/payments/intents/{payment}");
        Assert.Equal(("3000", "7000"), ((string?)seen.Body["recovered"], (string?)seen.Body["debt"]));
        Assert.Equal((0, 7_000, -7_000), await host.StandingAsync());
    }

    [Fact]
    public async Task Takes_a_notice_about_something_else_and_does_nothing()
    {
        var (body, signature) = host.Stripe.Notice("payment_intent.payment_failed", "pi_of_another_system", host.Api.Time.GetUtcNow());

        Assert.Equal(200, await host.SendAsync(body, signature));
        Assert.Equal(0, await host.BalanceAsync());
    }

    private async Task<string> PayAsync()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);
        Assert.Equal(200, await host.NotifyAsync("payment_intent.succeeded", payment));
        Assert.Equal(10_000, await host.BalanceAsync());
        return payment;
    }
}
