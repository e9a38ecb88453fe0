using CreditSystem.Api.Payments;
using CreditSystem.Api.Tests.Webhooks;
using CreditSystem.Api.Webhooks;
using CreditSystem.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Contract;

/// <summary>What is bought, and what is told of it all.</summary>
internal sealed partial class ExampleTour
{
    private WebhookReceiver? receiver;
    private string endpoint = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Tell(WebhookReceiver told) => receiver = told;

    private async Task PayAsync()
    {
        await recorder.DoneAsync(owner, "GET", "/v1/credit-packages");
        var payment = await BeginAsync();
        await recorder.DoneAsync(owner, "POST", $"/v1/payments/intents/{payment}/confirm", new { payment_method = "pm_card_visa" });
        foreach (var path in new[] { "/v1/payments", $"/v1/payments/{payment}", "/v1/payments/intents", $"/v1/payments/intents/{payment}" })
            await recorder.DoneAsync(owner, "GET", path);
        await recorder.SendAsync(owner, "GET", "/v1/payments/pi_none");
        await recorder.SendAsync(owner, "POST", $"/v1/payments/intents/{await BeginAsync()}/confirm", new { payment_method = "pm_card_chargeDeclined" });

        await recorder.DoneAsync(owner, "PUT", $"/v1/accounts/{alice}/top-up", new { threshold = "1000", package = "credits-100", payment_method = "pm_card_visa", daily_cap = 10000, monthly_cap = 50000 });
        await recorder.DoneAsync(owner, "GET", $"/v1/accounts/{alice}/top-up");
        await recorder.DoneAsync(owner, "DELETE", $"/v1/accounts/{alice}/top-up");
        await recorder.SendAsync(owner, "GET", $"/v1/accounts/{alice}/top-up");

        // What was bought is spent, and then the money goes back.
        var balance = await recorder.DoneAsync(owner, "GET", $"/v1/accounts/{alice}/balance");
        await recorder.DoneAsync(owner, "POST", "/v1/transfers", new { from = alice, to = "revenue", amount = (string)balance["available"]!, kind = "burn" });
        host.Provider.Refund(payment);
        await host.Api.Services.GetRequiredService<PaymentService>().ReconcileAsync(payment, Cancellation);
        await recorder.DoneAsync(owner, "POST", $"/v1/accounts/{alice}/debt/forgiveness", new { reason = "goodwill after the outage", amount = "400" });
        await recorder.DoneAsync(owner, "GET", "/v1/payments/reconciliation");
    }

    private async Task<string> BeginAsync() =>
        (string)(await recorder.DoneAsync(owner, "POST", "/v1/payments/intents", new { package = "credits-100", account = alice }))["id"]!;

    private async Task ListenAsync()
    {
        var made = await recorder.DoneAsync(owner, "POST", "/v1/webhook-endpoints", new { url = receiver!.Address });
        endpoint = (string)made["endpoint"]!["id"]!;
        await recorder.SendAsync(owner, "POST", "/v1/webhook-endpoints", new { url = "ftp://shop.example/hook" });
        await recorder.DoneAsync(owner, "GET", "/v1/webhook-endpoints");
        await recorder.DoneAsync(owner, "GET", $"/v1/webhook-endpoints/{endpoint}");
        await recorder.SendAsync(owner, "GET", "/v1/webhook-endpoints/whe_none");
    }

    private async Task HearAsync()
    {
        while (await host.Api.Services.GetRequiredService<WebhookDispatcher>().ReadAsync(Cancellation))
        {
            // More of the log.
        }

        while (await host.Api.Services.GetRequiredService<WebhookSender>().SendDueAsync(Cancellation))
        {
            // More on its way.
        }

        await Answers.EventuallyAsync(() => receiver!.Received.Count > 5, "events are delivered");
        foreach (var delivered in receiver!.Received)
            recorder.KeepWebhook(delivered.Body);
        var path = $"/v1/webhook-endpoints/{endpoint}/deliveries?status=delivered&limit=2";
        while ((await owner.ReadAsync(path)).Body["deliveries"]!.AsArray().Count < 2)
            await Task.Delay(20, Cancellation);
        var deliveries = await recorder.DoneAsync(owner, "GET", path);
        var delivery = (string)deliveries["deliveries"]![0]!["id"]!;
        await recorder.DoneAsync(owner, "POST", $"/v1/webhook-endpoints/{endpoint}/deliveries/{delivery}/redeliver");
        await recorder.DoneAsync(owner, "PATCH", $"/v1/webhook-endpoints/{endpoint}", new { types = new[] { "transfer.posted" } });
        await recorder.DoneAsync(owner, "POST", $"/v1/webhook-endpoints/{endpoint}/pause");
        await recorder.DoneAsync(owner, "POST", $"/v1/webhook-endpoints/{endpoint}/enable");
        await recorder.DoneAsync(owner, "POST", $"/v1/webhook-endpoints/{endpoint}/send-test");
        await recorder.DoneAsync(owner, "POST", $"/v1/webhook-endpoints/{endpoint}/rotate-secret", new { overlap_seconds = 3600 });
        await recorder.DoneAsync(owner, "DELETE", $"/v1/webhook-endpoints/{endpoint}");
    }
}
