using System.Text;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>The API with a Stripe of its own, and a user who buys credits.</summary>
internal sealed class PaymentHost : IAsyncDisposable
{
    private PaymentHost(IdentityHost api, StripeServer stripe, Registered buyer) => (Api, Stripe, Buyer) = (api, stripe, buyer);

    public IdentityHost Api { get; }

    public StripeServer Stripe { get; }

    public Registered Buyer { get; }

    public static async Task<PaymentHost> StartAsync(MongoServer mongo, RedisServer redis)
    {
        var stripe = await StripeServer.StartAsync();
        var api = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), new()
        {
            ["stripe:secret_key"] = StripeServer.Key,
            ["stripe:webhook_secret"] = StripeServer.WebhookSecret,
            ["Payments:ApiBase"] = stripe.Address,
        });
        var owner = await api.OpenTenantAsync();
        return new PaymentHost(api, stripe, await api.RegisterAsync(owner.Tenant, "paula"));
    }

    public async Task<string> BeginAsync(string package = "credits-100", string? key = null)
    {
        var begun = await Buyer.Client.PostAsync("/v1/payments/intents", new { package }, key: key ?? Guid.NewGuid().ToString());
        Assert.True(begun.Status == 201, begun.Text);
        return (string)begun.Body["id"]!;
    }

    public Task<Answer> ConfirmAsync(string payment, string? paymentMethod = null) =>
        Buyer.Client.PostAsync($"/v1/payments/intents/{payment}/confirm", new { payment_method = paymentMethod });

    public async Task<int> NotifyAsync(string type, string payment, string? id = null)
    {
        var (body, signature) = Stripe.Notice(type, payment, Api.Time.GetUtcNow(), id);
        return await SendAsync(body, signature);
    }

    public async Task<int> SendAsync(string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/webhooks/stripe");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        using var answer = await Api.Client().SendAsync(request);
        return (int)answer.StatusCode;
    }

    public Task<long> BalanceAsync() => Buyer.Client.PostedAsync(Buyer.Wallet);

    /// <summary>The buyer spends credits.</summary>
    public async Task SpendAsync(long amount) =>
        Assert.Equal(201, (await Buyer.Client.MoveAsync(Buyer.Wallet, "revenue", amount)).Status);

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Stripe.DisposeAsync();
    }
}
