using System.Net;
using CreditSystem.Dev.Stripe.Events;
using Stripe;

namespace CreditSystem.Tests.DevServers.Payments;

/// <summary>Events: signed, delivered until they arrive, listed; and requests that are made once however often they are sent.</summary>
public sealed class ProviderEventTests : IAsyncLifetime
{
    private ProviderHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private EventService Events => new(host.Client());

    public async ValueTask InitializeAsync() => host = await ProviderHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Every_step_of_a_payment_is_told_with_a_signature_that_Stripe_net_takes_in_its_own_version()
    {
        var paid = await host.PayAsync();
        await host.Received.WaitAsync(3);

        var told = host.Received.All.Select(notice => EventUtility.ConstructEvent(
            notice.Body, notice.Signature, ProviderHost.WebhookSecret, 300, host.Time.GetUtcNow().ToUnixTimeSeconds(),
            throwOnApiVersionMismatch: true)).ToList();
        Assert.Equal(
            ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"], told.Select(notice => notice.Type).Order());
        Assert.Equal(
            paid.Id, Assert.IsType<PaymentIntent>(told.Single(notice => notice.Type == "payment_intent.succeeded").Data.Object).Id);
        Assert.Equal(EventLog.ApiVersion, StripeConfiguration.ApiVersion);
    }

    [Fact]
    public async Task A_notice_that_is_not_taken_comes_again_with_the_same_id_and_counts_as_pending_until_then()
    {
        host.Received.Status = 503;
        await host.Intents.CreateAsync(new() { Amount = 10_00, Currency = "usd" }, null, Cancellation);
        await host.Received.WaitAsync(1);
        host.Received.Status = 200;

        // The wait is the server's to begin: the clock goes on until the second attempt has come.
        var second = host.Received.WaitAsync(1);
        while (!second.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(second, Task.Delay(20, Cancellation));
        }

        await second;
        var ids = host.Received.All.Select(notice => EventUtility.ParseEvent(notice.Body).Id).ToList();
        Assert.Equal(ids[0], Assert.Single(ids[1..]));
        while ((await Events.GetAsync(ids[0], null, null, Cancellation)).PendingWebhooks > 0)
            await Task.Delay(20, Cancellation);
    }

    [Fact]
    public async Task Events_are_listed_newest_first_and_by_their_types()
    {
        var paid = await host.PayAsync();
        host.Control.Refund(paid.Id);

        var all = await Events.ListAutoPagingAsync(new() { Limit = 2 }, null, Cancellation).Select(told => told.Type)
            .ToListAsync(Cancellation);
        var some = await Events.ListAsync(new() { Types = ["refund.*", "charge.succeeded"] }, null, Cancellation);

        Assert.Equal(["refund.created", "charge.refunded", "payment_intent.succeeded", "charge.succeeded", "payment_intent.created"], all);
        Assert.Equal(["refund.created", "charge.succeeded"], some.Data.Select(told => told.Type));
    }

    [Fact]
    public async Task An_endpoint_that_is_made_by_the_API_has_a_secret_of_its_own_and_gets_what_it_asked_for()
    {
        await using var listener = await Listener.StartAsync();
        var endpoint = await new WebhookEndpointService(host.Client()).CreateAsync(
            new() { Url = listener.Url.ToString(), EnabledEvents = ["payment_intent.succeeded"] }, null, Cancellation);

        await host.PayAsync();
        await listener.WaitAsync(1);

        var (body, signature) = Assert.Single(listener.All);
        Assert.Equal("payment_intent.succeeded", EventUtility.ConstructEvent(
            body, signature, endpoint.Secret, 300, host.Time.GetUtcNow().ToUnixTimeSeconds(), throwOnApiVersionMismatch: false).Type);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_answer_and_another_request_under_it_is_refused()
    {
        var options = new RequestOptions { IdempotencyKey = "order-7" };
        var first = await host.Intents.CreateAsync(new() { Amount = 10_00, Currency = "usd" }, options, Cancellation);
        var replay = await host.Intents.CreateAsync(new() { Amount = 10_00, Currency = "usd" }, options, Cancellation);
        var other = await ProviderHost.RefusedAsync(
            host.Intents.CreateAsync(new() { Amount = 20_00, Currency = "usd" }, options, Cancellation));
        var elsewhere = await ProviderHost.RefusedAsync(
            host.Intents.ConfirmAsync(first.Id, new() { PaymentMethod = "pm_card_visa" }, options, Cancellation));

        Assert.Equal(first.ToJson(), replay.ToJson());
        Assert.Equal("true", replay.StripeResponse.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal((400, "idempotency_error"), ((int)other.HttpStatusCode, other.StripeError.Type));
        Assert.Equal("idempotency_error", elsewhere.StripeError.Type);
        Assert.Single((await host.Intents.ListAsync(null, null, Cancellation)).Data);

        host.Time.Advance(TimeSpan.FromHours(25));
        Assert.NotEqual(first.Id, (await host.Intents.CreateAsync(new() { Amount = 20_00, Currency = "usd" }, options, Cancellation)).Id);
    }

    [Fact]
    public async Task A_decline_is_replayed_under_its_key_and_a_call_whose_answer_was_lost_is_made_once()
    {
        var options = new RequestOptions { IdempotencyKey = "declined" };
        var order = new PaymentIntentCreateOptions
        {
            Amount = 10_00,
            Currency = "usd",
            PaymentMethod = "pm_card_visa_chargeDeclined",
            Confirm = true
        };
        var first = await ProviderHost.RefusedAsync(host.Intents.CreateAsync(order, options, Cancellation));
        var again = await ProviderHost.RefusedAsync(host.Intents.CreateAsync(order, options, Cancellation));
        Assert.Equal(first.StripeError.PaymentIntent.Id, again.StripeError.PaymentIntent.Id);

        host.Control.Faults.LoseNext(1);
        // Stripe.net sends a request again whose connection broke, under the key that it has made for it.
        await host.PayAsync();
        Assert.Equal(1, (await host.Intents.ListAsync(null, null, Cancellation)).Data.Count(intent => intent.Status == "succeeded"));
    }

    [Fact]
    public async Task What_was_made_is_there_after_a_restart_and_what_was_not_delivered_is_delivered_then()
    {
        var directory = Directory.CreateTempSubdirectory("credit-system-provider-").FullName;
        try
        {
            string paid;
            await using (var before = await ProviderHost.StartAsync(directory))
            {
                before.Control.IsSilent = true;
                paid = (await before.PayAsync()).Id;
                before.Control.Refund(paid, 4_00, "pending");
            }

            await using var after = await ProviderHost.StartAsync(directory);
            var refund = (await new RefundService(after.Client()).ListAsync(new() { PaymentIntent = paid }, null, Cancellation))
                .Data.Single();
            Assert.Equal(
                ("succeeded", "pending", 4_00),
                ((await after.Intents.GetAsync(paid, null, null, Cancellation)).Status, refund.Status, refund.Amount));
            Assert.Equal("succeeded", (string?)after.Control.Become(refund.Id, "succeeded")["status"]);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", null, HttpStatusCode.OK)]
    [InlineData("rebound.example", null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1", "https://elsewhere.example", HttpStatusCode.Forbidden)]
    public async Task The_control_page_acts_for_this_machine_alone(string name, string? origin, HttpStatusCode expected)
    {
        var paid = await host.PayAsync();
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/control/refund");
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["id"] = paid.Id });
        request.Headers.Host = $"{name}:{host.Address.Port}";
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        using var answer = await http.SendAsync(request, Cancellation);

        Assert.Equal(expected, answer.StatusCode);
        var page = await http.GetStringAsync("/", Cancellation);
        Assert.Contains(paid.Id, page, StringComparison.Ordinal);
        Assert.Equal(expected == HttpStatusCode.OK, page.Contains("Refund 10.00 USD", StringComparison.Ordinal));
        Assert.DoesNotContain("http", page.Replace(host.Address.ToString(), "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
