using CreditSystem.Api.Payments;
using CreditSystem.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Stripe;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>What cannot be dealt with is said, kept, and dealt with later.</summary>
public sealed class UnusableNoticeTests(SharedShop shop) : IAsyncLifetime, IClassFixture<SharedShop>
{
    private PaymentHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await shop.OpenAsync();
        Assert.Equal("", await UnusableAsync());
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Credits_what_was_ordered_although_another_asset_is_sold_by_now()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);
        await SellingAsync("gold", async () => Assert.Equal(200, await host.NotifyAsync("payment_intent.succeeded", payment)));

        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Credits_an_order_of_before_orders_named_their_asset()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Relabel(payment, "credit_system_asset", null);
        host.Stripe.Pay(payment);
        await SellingAsync("gold", async () => Assert.Equal(200, await host.NotifyAsync("payment_intent.succeeded", payment)));

        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Asks_for_a_paid_payment_again_that_it_cannot_credit_and_shows_it_until_it_can()
    {
        var payment = await host.BeginAsync();
        var account = host.Stripe.Label(payment, "credit_system_account");
        host.Stripe.Relabel(payment, "credit_system_account", Guid.NewGuid().ToString("D"));
        host.Stripe.Pay(payment);

        Assert.Equal(503, await host.NotifyAsync("payment_intent.succeeded", payment, "evt_again"));
        Assert.Equal(503, await host.NotifyAsync("payment_intent.succeeded", payment, "evt_again"));
        var list = await host.Owner.Client.ReadAsync("/v1/payments?needs_attention=true");
        Assert.Equal("account_not_found", (string?)list.Body["payments"]!.AsArray().Single()!["refused"]);
        Assert.Equal("evt_again account_not_found 2", await UnusableAsync());

        host.Stripe.Relabel(payment, "credit_system_account", account);
        Assert.Equal(200, await host.NotifyAsync("payment_intent.succeeded", payment, "evt_again"));

        Assert.Equal(10_000, await host.BalanceAsync());
        Assert.Empty((await host.Owner.Client.ReadAsync("/v1/payments?needs_attention=true")).Body["payments"]!.AsArray());
        Assert.Equal("", await UnusableAsync());
    }

    [Theory]
    [InlineData("\"evt_odd\"", "\"payment_intent.succeeded\"", """{"id":"PAYMENT","object":"payment_intent","currency":7}""", "evt_odd")]
    [InlineData("42", "\"charge.refunded\"", """{"id":"ch_1","object":"charge","payment_intent":"PAYMENT"}""", "42")]
    [InlineData("\"evt_l\"", "[\"charge.refunded\"]", """{"id":"ch_1","object":"charge","payment_intent":"PAYMENT"}""", "evt_l")]
    public async Task Refuses_a_signed_notice_of_an_unexpected_shape_keeps_it_and_processes_it_on_demand(
        string rawId, string type, string about, string id)
    {
        var text = $$$"""{"id":{{{rawId}}},"object":"event","type":{{{type}}},"data":{"object":{{{about}}}}}""";
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);

        Assert.Equal(400, await SendSignedAsync(text.Replace("PAYMENT", payment, StringComparison.Ordinal)));

        Assert.Equal($"{id} malformed 1", await UnusableAsync());
        var processed = await host.Api.ManagementClient().PostAsync($"/payments/notices/{id}/process", new { });
        Assert.True((bool)processed.Body["processed"]!, processed.Text);
        Assert.Equal(10_000, await host.BalanceAsync());
        Assert.Equal("", await UnusableAsync());
    }

    [Fact]
    public async Task Processes_a_notice_that_names_no_payment_once_somebody_does()
    {
        var payment = await host.BeginAsync();
        host.Stripe.Pay(payment);
        Assert.Equal(400, await SendSignedAsync("""{"id":"evt_blank","object":"event","type":true}"""));
        var management = host.Api.ManagementClient();

        Assert.Equal(400, (await management.PostAsync("/payments/notices/evt_blank/process", new { })).Status);
        Assert.Equal(404, (await management.PostAsync("/payments/notices/evt_other/process", new { })).Status);
        Assert.Equal(200, (await management.PostAsync($"/payments/notices/evt_blank/process?payment={payment}", new { })).Status);

        Assert.Equal(10_000, await host.BalanceAsync());
    }

    [Fact]
    public async Task Shows_unusable_notices_on_the_management_port_alone() =>
        Assert.Equal(404, (await host.Owner.Client.ReadAsync("/payments/notices")).Status);

    [Fact]
    public async Task Lists_unusable_notices_in_pages_and_refuses_the_cursor_of_another_list()
    {
        var management = host.Api.ManagementClient();
        foreach (var id in new[] { "evt_a", "evt_b" })
            Assert.Equal(400, await SendSignedAsync($$"""{"id":"{{id}}","object":"event","type":true}"""));
        var users = (string?)(await host.Owner.Client.ReadAsync("/v1/users?limit=1")).Body["next_cursor"] ?? "evt_b";

        var first = (await management.ReadAsync("/payments/notices?limit=1")).Body;
        var second = (await management.ReadAsync($"/payments/notices?limit=1&cursor={first["next_cursor"]}")).Body;

        Assert.Equal(["evt_a", "evt_b"], new[] { first, second }.Select(page => (string)page["notices"]![0]!["id"]!).Order());
        Assert.Null(second["next_cursor"]);
        var wrong = new[] { ($"cursor={users}", "invalid_cursor"), ("limit=", "malformed"), ("lim=1", "unknown_parameter") };
        foreach (var (query, code) in wrong)
        {
            var refused = await management.ReadAsync($"/payments/notices?{query}");
            Assert.Equal((400, code), (refused.Status, refused.Code));
        }
        // The other tests begin without any.
        var payment = await host.PayAsync();
        foreach (var id in new[] { "evt_a", "evt_b" })
            Assert.Equal(200, (await management.PostAsync($"/payments/notices/{id}/process?payment={payment}", new { })).Status);
    }

    private async Task SellingAsync(string asset, Func<Task> meanwhile)
    {
        var options = host.Api.Services.GetRequiredService<IOptions<PaymentOptions>>().Value;
        var before = options.Asset;
        options.Asset = asset;
        try
        {
            await meanwhile();
        }
        finally
        {
            options.Asset = before;
        }
    }

    private Task<int> SendSignedAsync(string body) => host.SendAsync(
        body, EventUtility.GenerateSignatureHeader(body, StripeServer.WebhookSecret, host.Api.Time.GetUtcNow().ToUnixTimeSeconds()));

    private async Task<string> UnusableAsync()
    {
        var list = await host.Api.ManagementClient().ReadAsync("/payments/notices");
        Assert.True(list.Status == 200, list.Text);
        var notices = list.Body["notices"]!.AsArray();
        return string.Join(';', notices.Select(notice => $"{notice!["id"]} {notice["reason"]} {notice["attempts"]}"));
    }
}
