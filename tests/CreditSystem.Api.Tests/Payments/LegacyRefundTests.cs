using CreditSystem.Ledger;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>What older releases took back, by transfers that were named after the refund, is neither taken twice nor kept too long.</summary>
public sealed class LegacyRefundTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private PaymentHost host = null!;

    public async ValueTask InitializeAsync() => host = await PaymentHost.StartAsync(mongo, redis);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Counts_what_was_taken_and_gives_it_back_when_the_refund_fails()
    {
        var payment = await host.PayAsync();
        var refund = host.Stripe.Refund(payment, 500);
        await MoveAsync($"{refund}/0", AccountRef.To(Guid.Parse(host.Buyer.Wallet)), AccountRef.To(SystemAccount.StripeClearing), 5_000);
        host.Stripe.Refund(payment, 200);

        Assert.Equal(200, await host.NotifyAsync("charge.refunded", payment));
        Assert.Equal((3_000, 0, 3_000), await host.StandingAsync());

        host.Stripe.BecomeRefund(refund, "failed");
        Assert.Equal(200, await host.NotifyAsync("refund.failed", payment));
        Assert.Equal(200, await host.NotifyAsync("refund.failed", payment));
        Assert.Equal((8_000, 0, 8_000), await host.StandingAsync());
    }

    [Fact]
    public async Task Does_not_count_a_dispute_that_gave_all_of_it_back()
    {
        var payment = await host.PayAsync();
        var dispute = host.Stripe.Dispute(payment, 1_000, "won");
        var wallet = AccountRef.To(Guid.Parse(host.Buyer.Wallet));
        await MoveAsync($"{dispute}/0", wallet, AccountRef.To(SystemAccount.StripeClearing), 10_000);
        await MoveAsync($"{dispute}/won", AccountRef.To(SystemAccount.StripeClearing), wallet, 10_000);
        host.Stripe.Refund(payment, 300);

        Assert.Equal(200, await host.NotifyAsync("charge.refunded", payment));

        Assert.Equal((7_000, 0, 7_000), await host.StandingAsync());
    }

    private async Task MoveAsync(string name, AccountRef from, AccountRef to, long amount)
    {
        var id = LedgerId.ForKey(host.Buyer.Tenant, "payments/stripe", name);
        var command = new Transfer(id, [1], host.Buyer.Tenant, null, TransferKind.Refund, from, to, "credits", amount, null, null);
        var ledger = host.Api.Services.GetRequiredService<CreditLedger>();
        Assert.True((await ledger.SubmitAsync(host.Buyer.Tenant, [command]))[0].Record.Accepted);
    }
}
