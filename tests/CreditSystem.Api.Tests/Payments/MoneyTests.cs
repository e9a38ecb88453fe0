using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>Credits follow the money, wherever it goes and whatever of that is undone.</summary>
public sealed class MoneyTests(SharedShop shop) : IAsyncLifetime, IClassFixture<SharedShop>
{
    private PaymentHost host = null!;

    public async ValueTask InitializeAsync() => host = await shop.OpenAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("failed")]
    [InlineData("canceled")]
    public async Task Gives_back_the_credits_of_a_refund_that_comes_to_nothing(string status)
    {
        var payment = await host.PayAsync();
        var refund = host.Stripe.Refund(payment, 1_000);
        Assert.Equal(200, await host.NotifyAsync("charge.refunded", payment));
        Assert.Equal((0, 0, 0), await host.StandingAsync());

        host.Stripe.BecomeRefund(refund, status);
        Assert.Equal(200, await host.NotifyAsync("refund.failed", payment));
        Assert.Equal(200, await host.NotifyAsync("refund.updated", payment));

        Assert.Equal((10_000, 0, 10_000), await host.StandingAsync());
        var seen = await host.Buyer.Client.ReadAsync($"/v1/payments/{payment}");
        Assert.Equal(("0", "0"), ((string?)seen.Body["recovered"], (string?)seen.Body["debt"]));
        Assert.Equal(
            ["purchase 10000 0", "taken_back -10000 0", "given_back 10000 0"],
            seen.Body["movements"]!.AsArray().Select(moved => $"{moved!["kind"]} {moved["credits"]} {moved["debt"]}"));
    }

    [Theory]
    [InlineData("warning_needs_response", 10_000)]
    [InlineData("warning_under_review", 10_000)]
    [InlineData("warning_closed", 10_000)]
    [InlineData("prevented", 10_000)]
    [InlineData("won", 10_000)]
    [InlineData("needs_response", 0)]
    [InlineData("under_review", 0)]
    [InlineData("lost", 0)]
    public async Task Takes_credits_for_a_dispute_only_in_states_in_which_the_money_is_gone(string status, long left)
    {
        var payment = await host.PayAsync();
        host.Stripe.Dispute(payment, 1_000, status);

        Assert.Equal(200, await host.NotifyAsync("charge.dispute.created", payment));

        Assert.Equal(left, await host.BalanceAsync());
    }

    [Fact]
    public async Task Gives_back_the_credits_of_a_lost_dispute_whose_money_was_reinstated()
    {
        var payment = await host.PayAsync();
        var dispute = host.Stripe.Dispute(payment, 1_000);
        host.Stripe.BecomeDispute(dispute, "lost", -1_000);
        await host.NotifyAsync("charge.dispute.closed", payment);
        Assert.Equal(0, await host.BalanceAsync());

        host.Stripe.BecomeDispute(dispute, "lost", -1_000, 1_000);
        await host.NotifyAsync("charge.dispute.funds_reinstated", payment);

        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Takes_back_what_was_bought_and_leaves_a_gift_that_expires()
    {
        var payment = await host.PayAsync();
        await host.GiveAsync(5_000);
        host.Stripe.Refund(payment, 1_000);

        await host.NotifyAsync("charge.refunded", payment);

        Assert.Equal((5_000, 0, 5_000), await host.StandingAsync());
        Assert.Equal(5_000, Assert.Single(await host.GrantsAsync()));
        host.Api.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(0, await host.BalanceLaterAsync());
    }

    [Fact]
    public async Task Gives_a_gift_back_as_the_gift_that_it_was()
    {
        var payment = await host.PayAsync();
        await host.SpendAsync(10_000);
        var dispute = host.Stripe.Dispute(payment, 1_000);
        await host.NotifyAsync("charge.dispute.created", payment);
        await host.GiveAsync(5_000, debt: "always");
        Assert.Equal((0, 5_000, -5_000), await host.StandingAsync());

        host.Stripe.Win(dispute);
        await host.NotifyAsync("charge.dispute.closed", payment);

        Assert.Equal((5_000, 0, 5_000), await host.StandingAsync());
        Assert.Equal(5_000, Assert.Single(await host.GrantsAsync()));
        host.Api.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(0, await host.BalanceLaterAsync());
    }

    [Fact]
    public async Task Counts_what_was_reversed_by_hand_before()
    {
        await host.PayAsync();
        var payment = await host.PayAsync();
        var transfer = (string)(await host.Owner.Client.ReadAsync($"/v1/payments/{payment}")).Body["transfer"]!;
        Assert.Equal(201, (await host.Owner.Client.PostAsync($"/v1/transfers/{transfer}/reverse", new { }, key: "by hand")).Status);
        host.Stripe.Refund(payment, 1_000);

        await host.NotifyAsync("charge.refunded", payment);

        Assert.Equal((10_000, 0, 10_000), await host.StandingAsync());
    }

    [Fact]
    public async Task Takes_what_a_hold_releases_before_it_can_be_spent()
    {
        var payment = await host.PayAsync();
        var hold = await host.Owner.Client.PostAsync("/v1/holds", new { account = host.Buyer.Wallet, amount = 8_000 }, key: "hold");
        host.Stripe.Refund(payment, 1_000);
        await host.NotifyAsync("charge.refunded", payment);
        Assert.Equal((8_000, 8_000, -8_000), await host.StandingAsync());

        Assert.Equal(200, (await host.Owner.Client.PostAsync($"/v1/holds/{hold.Body["id"]}/void", new { }, key: "void")).Status);

        Assert.Equal((0, 0, 0), await host.StandingAsync());
        var entries = await host.Buyer.Client.ReadAsync($"/v1/accounts/{host.Buyer.Wallet}/entries");
        Assert.Equal(
            ["collection", "void", "debt", "refund", "hold", "purchase"],
            entries.Body["entries"]!.AsArray().Select(entry => (string?)entry!["kind"]));
    }

    [Fact]
    public async Task Takes_what_is_owed_out_of_the_next_purchase()
    {
        var payment = await host.PayAsync();
        await host.SpendAsync(7_000);
        host.Stripe.Refund(payment, 1_000);
        await host.NotifyAsync("charge.refunded", payment);

        await host.PayAsync();

        Assert.Equal((3_000, 0, 3_000), await host.StandingAsync());
    }

    [Fact]
    public async Task Adds_unequal_parts_of_refunds_and_disputes_up_to_the_unit()
    {
        var payment = await host.PayAsync("credits-500");
        host.Stripe.Refund(payment, 1_111);
        await host.NotifyAsync("charge.refunded", payment);
        var dispute = host.Stripe.Dispute(payment, 2_222);
        await host.NotifyAsync("charge.dispute.created", payment);
        host.Stripe.Refund(payment, 1_167);
        await host.NotifyAsync("charge.refunded", payment);
        Assert.Equal((0, 0, 0), await host.StandingAsync());

        host.Stripe.Win(dispute);
        await host.NotifyAsync("charge.dispute.closed", payment);

        // 2,222 of 4,500 are still paid.
        Assert.Equal((24_689, 0, 24_689), await host.StandingAsync());
    }

    [Fact]
    public async Task Rounds_what_is_left_and_not_each_part()
    {
        var payment = await host.PayAsync("credits-500");
        for (var i = 0; i < 3; i++)
        {
            host.Stripe.Refund(payment, 50);
            await host.NotifyAsync("charge.refunded", payment);
        }

        // 4,350 of 4,500 buy 48,333.33; three times 555.56 would leave 48,332.
        Assert.Equal(48_333, await host.BalanceAsync());
    }
}
