using System.Globalization;
using System.Text;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>The API with a Stripe of its own, and a user who buys credits.</summary>
internal sealed class PaymentHost : IAsyncDisposable
{
    private readonly bool isShared;

    private PaymentHost(IdentityHost api, StripeServer stripe, Registered owner, Registered buyer, bool isShared) =>
        (Api, Stripe, Owner, Buyer, this.isShared) = (api, stripe, owner, buyer, isShared);

    public IdentityHost Api { get; }

    public StripeServer Stripe { get; }

    /// <summary>Who runs the tenant.</summary>
    public Registered Owner { get; }

    public Registered Buyer { get; }

    public static async Task<PaymentHost> StartAsync(
        MongoServer mongo, RedisServer redis, Action<Dictionary<string, string?>>? configure = null)
    {
        var stripe = await StripeServer.StartAsync();
        var configuration = new Dictionary<string, string?>
        {
            ["stripe:secret_key"] = StripeServer.Key,
            ["stripe:webhook_secret"] = StripeServer.WebhookSecret,
            ["Payments:ApiBase"] = stripe.Address,
        };
        configure?.Invoke(configuration);
        var api = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), configuration);
        return await OpenAsync(api, stripe, isShared: false);
    }

    /// <summary>Another tenant and buyer of an API that others use too.</summary>
    public static Task<PaymentHost> OpenAsync(IdentityHost api, StripeServer stripe) => OpenAsync(api, stripe, isShared: true);

    private static async Task<PaymentHost> OpenAsync(IdentityHost api, StripeServer stripe, bool isShared)
    {
        var owner = await api.OpenTenantAsync();
        return new PaymentHost(api, stripe, owner, await api.RegisterAsync(owner.Tenant, "paula"), isShared);
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

    /// <summary>The same once the buyer's token is too old.</summary>
    public Task<long> BalanceLaterAsync() => Api.ClientOf("owner", Buyer.Tenant).PostedAsync(Buyer.Wallet);

    public Task<long> BalanceAsync() => Buyer.Client.PostedAsync(Buyer.Wallet);

    /// <summary>A payment that is paid and credited.</summary>
    public async Task<string> PayAsync(string package = "credits-100")
    {
        var payment = await BeginAsync(package);
        Stripe.Pay(payment);
        Assert.Equal(200, await NotifyAsync("payment_intent.succeeded", payment));
        return payment;
    }

    /// <summary>What the buyer has, owes and may spend.</summary>
    public async Task<(long Posted, long Debt, long Available)> StandingAsync()
    {
        var balance = await Buyer.Client.ReadAsync($"/v1/accounts/{Buyer.Wallet}/balance");
        return (Number("posted"), Number("debt"), Number("available"));

        long Number(string member) => long.Parse((string)balance.Body[member]!, CultureInfo.InvariantCulture);
    }

    /// <summary>Credits that are given, and expire in 30 days.</summary>
    public async Task GiveAsync(long amount, string? debt = null)
    {
        var expires = Api.Time.GetUtcNow().AddDays(30);
        var given = await Owner.Client.PostAsync(
            "/v1/grants", new { account = Buyer.Wallet, amount, promotional = true, expires_at = expires, debt },
            key: Guid.NewGuid().ToString());
        Assert.True(given.Status == 201, given.Text);
    }

    /// <summary>What is left of the buyer's grants.</summary>
    public async Task<long[]> GrantsAsync()
    {
        var grants = await Buyer.Client.ReadAsync($"/v1/accounts/{Buyer.Wallet}/grants");
        return
        [
            .. grants.Body["grants"]!.AsArray().Select(grant => long.Parse((string)grant!["remaining"]!, CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>The buyer spends credits.</summary>
    public async Task SpendAsync(long amount) =>
        Assert.Equal(201, (await Buyer.Client.MoveAsync(Buyer.Wallet, "revenue", amount)).Status);

    public async ValueTask DisposeAsync()
    {
        if (isShared)
            return;
        await Api.DisposeAsync();
        await Stripe.DisposeAsync();
    }
}
