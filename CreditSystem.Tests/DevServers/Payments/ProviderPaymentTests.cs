using Stripe;

namespace CreditSystem.Tests.DevServers.Payments;

/// <summary>Payments at the development provider, as Stripe.net sees them.</summary>
public sealed class ProviderPaymentTests : IAsyncLifetime
{
    private ProviderHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await ProviderHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_payment_goes_from_its_order_to_success_with_a_charge_and_what_came_in_of_it()
    {
        var begun = await host.Intents.CreateAsync(
            new() { Amount = 45_00, Currency = "usd", Metadata = new() { ["order"] = "7" } }, null, Cancellation);
        Assert.Equal(
            ("requires_payment_method", "7", true),
            (begun.Status, begun.Metadata["order"], begun.ClientSecret.StartsWith(begun.Id, StringComparison.Ordinal)));

        var paid = await host.Intents.ConfirmAsync(begun.Id, new()
        {
            PaymentMethod = "pm_card_visa",
            Expand = ["latest_charge.balance_transaction", "payment_method"],
        }, null, Cancellation);

        Assert.Equal(("succeeded", 45_00, "4242"), (paid.Status, paid.AmountReceived, paid.PaymentMethod.Card.Last4));
        var charge = paid.LatestCharge;
        Assert.Equal(
            (45_00, 0, true, true, "7"),
            (charge.AmountCaptured, charge.AmountRefunded, charge.Paid, charge.Captured, charge.Metadata["order"]));
        Assert.Equal(
            ("charge", 45_00, 161, 43_39),
            (charge.BalanceTransaction.Type, charge.BalanceTransaction.Amount, charge.BalanceTransaction.Fee,
            charge.BalanceTransaction.Net));
    }

    [Theory]
    [InlineData("pm_card_visa_chargeDeclined", "card_declined", "generic_decline")]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds")]
    [InlineData("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card")]
    [InlineData("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card")]
    [InlineData("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded")]
    [InlineData("pm_card_radarBlock", "card_declined", "fraudulent")]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "expired_card", null)]
    [InlineData("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", null)]
    [InlineData("pm_card_chargeDeclinedProcessingError", "processing_error", null)]
    public async Task A_card_that_is_declined_says_why_and_the_payment_waits_for_another_one(string card, string code, string? declineCode)
    {
        var refused = await ProviderHost.RefusedAsync(host.PayAsync(card));

        Assert.Equal(
            (402, "card_error", code, declineCode),
            ((int)refused.HttpStatusCode, refused.StripeError.Type, refused.StripeError.Code, refused.StripeError.DeclineCode));
        var waiting = await host.Intents.GetAsync(refused.StripeError.PaymentIntent.Id, null, null, Cancellation);
        Assert.Equal(("requires_payment_method", code), (waiting.Status, waiting.LastPaymentError.Code));
        var charge = await new ChargeService(host.Client()).GetAsync(waiting.LatestChargeId, null, null, Cancellation);
        Assert.Equal(("failed", false, code), (charge.Status, charge.Paid, charge.FailureCode));

        Assert.Equal(
            "succeeded",
            (await host.Intents.ConfirmAsync(waiting.Id, new() { PaymentMethod = "pm_card_visa" }, null, Cancellation)).Status);
    }

    [Fact]
    public async Task A_card_that_asks_its_holder_waits_for_the_answer()
    {
        var asked = await host.PayAsync("pm_card_authenticationRequired");
        Assert.Equal(("requires_action", "use_stripe_sdk"), (asked.Status, asked.NextAction.Type));

        host.Control.Authenticate(asked.Id, agrees: false);
        var failed = await host.Intents.GetAsync(asked.Id, null, null, Cancellation);
        Assert.Equal(("requires_payment_method", "payment_intent_authentication_failure"), (failed.Status, failed.LastPaymentError.Code));

        await host.Intents.ConfirmAsync(asked.Id, new() { PaymentMethod = "pm_card_authenticationRequired" }, null, Cancellation);
        host.Control.Authenticate(asked.Id, agrees: true);
        Assert.Equal("succeeded", (await host.Intents.GetAsync(asked.Id, null, null, Cancellation)).Status);
    }

    [Fact]
    public async Task What_is_authorised_is_captured_in_part_or_given_up()
    {
        var options = new PaymentIntentCreateOptions
        {
            Amount = 10_00,
            Currency = "usd",
            PaymentMethod = "pm_card_visa",
            Confirm = true,
            CaptureMethod = "manual"
        };
        var (captured, released) = (
            await host.Intents.CreateAsync(options, null, Cancellation), await host.Intents.CreateAsync(options, null, Cancellation));
        Assert.Equal(("requires_capture", 10_00, 0), (captured.Status, captured.AmountCapturable, captured.AmountReceived));

        var end = await host.Intents.CaptureAsync(captured.Id, new() { AmountToCapture = 6_00 }, null, Cancellation);
        var canceled = await host.Intents.CancelAsync(released.Id, new() { CancellationReason = "abandoned" }, null, Cancellation);

        Assert.Equal(("succeeded", 6_00), (end.Status, end.AmountReceived));
        Assert.Equal(("canceled", "abandoned"), (canceled.Status, canceled.CancellationReason));
    }

    [Fact]
    public async Task A_payment_that_is_over_is_neither_confirmed_nor_canceled_nor_captured()
    {
        var paid = await host.PayAsync();

        foreach (var call in new[]
        {
            () => host.Intents.ConfirmAsync(paid.Id, new() { PaymentMethod = "pm_card_visa" }, null, Cancellation),
            () => host.Intents.CancelAsync(paid.Id, null, null, Cancellation),
            () => host.Intents.CaptureAsync(paid.Id, null, null, Cancellation),
        })
            Assert.Equal("payment_intent_unexpected_state", (await ProviderHost.RefusedAsync(call())).StripeError.Code);
    }

    [Theory]
    [InlineData(49, "usd", "amount_too_small", "amount")]
    [InlineData(100_000_000, "usd", "amount_too_large", "amount")]
    [InlineData(100, "dollars", null, "currency")]
    public async Task An_order_that_cannot_be_is_refused_with_what_is_wrong(long amount, string currency, string? code, string param)
    {
        var refused = await ProviderHost.RefusedAsync(
            host.Intents.CreateAsync(new() { Amount = amount, Currency = currency }, null, Cancellation));

        Assert.Equal(
            (400, "invalid_request_error", code, param),
            ((int)refused.HttpStatusCode, refused.StripeError.Type, refused.StripeError.Code, refused.StripeError.Param));
    }

    [Fact]
    public async Task What_is_not_there_and_who_is_not_known_are_told_apart()
    {
        var missing = await ProviderHost.RefusedAsync(host.Intents.GetAsync("pi_none", null, null, Cancellation));
        var unknown = await ProviderHost.RefusedAsync(
            new PaymentIntentService(host.Client("sk_test_dev_other")).GetAsync("pi_none", null, null, Cancellation));
        var parameter = await ProviderHost.RefusedAsync(
            new RefundService(host.Client())
                .CreateAsync(new() { PaymentIntent = "pi_none", RefundApplicationFee = true }, null, Cancellation));

        Assert.Equal((404, "resource_missing"), ((int)missing.HttpStatusCode, missing.StripeError.Code));
        Assert.Equal((401, "invalid_request_error"), ((int)unknown.HttpStatusCode, unknown.StripeError.Type));
        Assert.Equal(("parameter_unknown", "refund_application_fee"), (parameter.StripeError.Code, parameter.StripeError.Param));
    }

    [Fact]
    public async Task Pages_of_a_list_hold_everything_once_in_both_directions()
    {
        var made = new List<string>();
        for (var index = 0; index < 7; index++)
            made.Add((await host.PayAsync(amount: 100 + index)).Id);
        made.Reverse();

        Assert.Equal(
            made,
            await host.Intents.ListAutoPagingAsync(new() { Limit = 3 }, null, Cancellation).Select(intent => intent.Id)
                .ToListAsync(Cancellation));
        var before = await host.Intents.ListAsync(new() { Limit = 2, EndingBefore = made[4] }, null, Cancellation);
        Assert.Equal(made[2..4], before.Data.Select(intent => intent.Id));
        Assert.True(before.HasMore);
        var none = await host.Intents.ListAsync(
            new() { Created = new DateRangeOptions { GreaterThan = host.Time.GetUtcNow().UtcDateTime } }, null, Cancellation);
        Assert.Empty(none.Data);
        Assert.Equal(
            400,
            (int)(await ProviderHost.RefusedAsync(host.Intents.ListAsync(new() { StartingAfter = "pi_none" }, null, Cancellation)))
                .HttpStatusCode);
    }
}
