using Stripe;

namespace CreditSystem.Tests.DevServers.Payments;

/// <summary>Refunds and disputes in every state, and the money that moves with them.</summary>
public sealed class ProviderReversalTests : IAsyncLifetime
{
    private ProviderHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RefundService Refunds => new(host.Client());

    private DisputeService Disputes => new(host.Client());

    public async ValueTask InitializeAsync() => host = await ProviderHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_refund_in_parts_ends_where_all_has_gone_back()
    {
        var paid = await host.PayAsync();

        var first = await Refunds.CreateAsync(new() { PaymentIntent = paid.Id, Amount = 4_00 }, null, Cancellation);
        var tooMuch = await ProviderHost.RefusedAsync(
            Refunds.CreateAsync(new() { PaymentIntent = paid.Id, Amount = 6_01 }, null, Cancellation));
        var rest = await Refunds.CreateAsync(new() { Charge = paid.LatestChargeId }, null, Cancellation);
        var over = await ProviderHost.RefusedAsync(Refunds.CreateAsync(new() { PaymentIntent = paid.Id }, null, Cancellation));

        Assert.Equal(("succeeded", 4_00, "succeeded", 6_00), (first.Status, first.Amount, rest.Status, rest.Amount));
        Assert.Equal(("amount", "charge_already_refunded"), (tooMuch.StripeError.Param, over.StripeError.Code));
        var charge = await ChargeAsync(paid);
        Assert.Equal((10_00, true), (charge.AmountRefunded, charge.Refunded));
        Assert.Equal(-10_00, await MovedAsync("refund"));
    }

    [Theory]
    [InlineData("pm_card_pendingRefund", "pending", "succeeded", 0)]
    [InlineData("pm_card_refundFail", "succeeded", "failed", 10_00)]
    public async Task The_test_cards_decide_what_becomes_of_a_refund(string card, string begins, string ends, long back)
    {
        var paid = await host.PayAsync(card);
        var refund = await Refunds.CreateAsync(new() { PaymentIntent = paid.Id }, null, Cancellation);
        Assert.Equal(begins, refund.Status);

        host.LetDecide();

        var end = await Refunds.GetAsync(refund.Id, null, null, Cancellation);
        Assert.Equal((ends, ends == "failed"), (end.Status, end.FailureBalanceTransactionId is not null));
        Assert.Equal(10_00 - back, (await ChargeAsync(paid)).AmountRefunded);
        Assert.Equal(back, await MovedAsync("refund_failure"));
    }

    [Fact]
    public async Task A_refund_comes_to_every_state_and_only_one_that_needs_its_payer_can_be_canceled()
    {
        var paid = await host.PayAsync();
        string Begin(string status) => (string)host.Control.Refund(paid.Id, 1_00, status)["id"]!;
        var (asked, pending, done) = (Begin("requires_action"), Begin("pending"), Begin("succeeded"));

        var canceled = await Refunds.CancelAsync(asked, null, null, Cancellation);
        var refused = await ProviderHost.RefusedAsync(Refunds.CancelAsync(pending, null, null, Cancellation));
        host.Control.Become(pending, "failed");

        Assert.Equal(("canceled", 400), (canceled.Status, (int)refused.HttpStatusCode));
        var list = await Refunds.ListAsync(new() { PaymentIntent = paid.Id }, null, Cancellation);
        Assert.Equal(
            [(done, "succeeded"), (pending, "failed"), (asked, "canceled")], list.Data.Select(refund => (refund.Id, refund.Status)));
        Assert.Equal(1_00, (await ChargeAsync(paid)).AmountRefunded);
    }

    [Theory]
    [InlineData("winning_evidence", "won", 0)]
    [InlineData("losing_evidence", "lost", -10_00)]
    public async Task A_dispute_takes_the_money_at_once_and_gives_it_back_when_it_is_won(string evidence, string end, long moved)
    {
        var paid = await host.PayAsync("pm_card_createDispute");
        host.LetDecide();
        var opened = (await Disputes.ListAsync(new() { PaymentIntent = paid.Id }, null, Cancellation)).Data.Single();
        Assert.Equal(
            ("needs_response", "fraudulent", -10_00, 15_00),
            (opened.Status, opened.Reason, opened.BalanceTransactions.Single().Amount, opened.BalanceTransactions.Single().Fee));
        Assert.Equal(
            "charge_disputed",
            (await ProviderHost.RefusedAsync(Refunds.CreateAsync(new() { PaymentIntent = paid.Id }, null, Cancellation))).StripeError.Code);

        var sent = await Disputes.UpdateAsync(
            opened.Id, new() { Evidence = new() { UncategorizedText = evidence }, Submit = true }, null, Cancellation);
        Assert.Equal(("under_review", true), (sent.Status, sent.EvidenceDetails.HasEvidence));
        host.LetDecide();

        var ended = await Disputes.GetAsync(opened.Id, null, null, Cancellation);
        Assert.Equal((end, moved), (ended.Status, ended.BalanceTransactions.Sum(transaction => transaction.Amount)));
    }

    [Fact]
    public async Task An_inquiry_moves_no_money_until_it_is_escalated()
    {
        var paid = await host.PayAsync("pm_card_createDisputeInquiry");
        host.LetDecide();
        var inquiry = (await Disputes.ListAsync(new() { PaymentIntent = paid.Id }, null, Cancellation)).Data.Single();
        Assert.Equal(("warning_needs_response", true, 0), (inquiry.Status, inquiry.IsChargeRefundable, inquiry.BalanceTransactions.Count));

        await Disputes.UpdateAsync(
            inquiry.Id, new() { Evidence = new() { UncategorizedText = "escalate_inquiry_evidence" } }, null, Cancellation);
        host.LetDecide();

        var escalated = await Disputes.GetAsync(inquiry.Id, null, null, Cancellation);
        Assert.Equal(
            ("needs_response", false, -10_00),
            (escalated.Status, escalated.IsChargeRefundable, escalated.BalanceTransactions.Single().Amount));
        Assert.Equal("lost", (await Disputes.CloseAsync(inquiry.Id, null, null, Cancellation)).Status);
    }

    [Fact]
    public async Task An_inquiry_is_over_when_everything_was_refunded_and_a_prevented_dispute_moves_nothing()
    {
        var (asked, prevented) = (await host.PayAsync(), await host.PayAsync());
        var inquiry = (string)host.Control.Dispute(asked.Id, status: "warning_needs_response")["id"]!;
        var stopped = (string)host.Control.Dispute(prevented.Id, status: "prevented")["id"]!;

        await Refunds.CreateAsync(new() { PaymentIntent = asked.Id }, null, Cancellation);

        Assert.Equal("warning_closed", (await Disputes.GetAsync(inquiry, null, null, Cancellation)).Status);
        Assert.Equal("prevented", (await Disputes.GetAsync(stopped, null, null, Cancellation)).Status);
        Assert.Equal(0, await MovedAsync("adjustment"));
    }

    [Fact]
    public async Task A_lost_dispute_can_be_appealed_and_won()
    {
        var dispute = (string)host.Control.Dispute((await host.PayAsync()).Id)["id"]!;

        foreach (var status in new[] { "lost", "appeal_needs_response", "appeal_under_review", "won" })
            Assert.Equal(status, (string?)host.Control.Become(dispute, status)["status"]);

        Assert.Equal(
            0, (await Disputes.GetAsync(dispute, null, null, Cancellation)).BalanceTransactions.Sum(transaction => transaction.Amount));
    }

    private Task<Charge> ChargeAsync(PaymentIntent intent) =>
        new ChargeService(host.Client()).GetAsync(intent.LatestChargeId, null, null, Cancellation);

    private async Task<long> MovedAsync(string type) => (await new BalanceTransactionService(host.Client())
        .ListAsync(new() { Type = type }, null, Cancellation)).Data.Sum(transaction => transaction.Amount);
}
