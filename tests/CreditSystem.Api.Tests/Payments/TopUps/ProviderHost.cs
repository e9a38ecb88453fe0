using System.Net;
using System.Net.Http.Json;
using CreditSystem.Api.Payments.Reconciliation;
using CreditSystem.Api.Payments.TopUps;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Dev.Stripe;
using CreditSystem.Dev.Stripe.Control;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using DevelopmentProvider = CreditSystem.Dev.Stripe.Server.StripeServer;

namespace CreditSystem.Api.Tests.Payments.TopUps;

/// <summary>The API with the development payment provider, and a user whose account is topped up by itself.</summary>
internal sealed class ProviderHost : IAsyncDisposable
{
    private const string Key = "sk_test_dev_of_the_test";
    private const string WebhookSecret = "whsec_dev_of_the_test";

    private readonly DevelopmentProvider provider;
    private readonly Dictionary<string, string?> configuration;
    private readonly bool isShared;

    private ProviderHost(
        DevelopmentProvider provider, IdentityHost api, Dictionary<string, string?> configuration, Registered owner, Registered buyer,
        bool isShared) =>
        (this.provider, Api, this.configuration, Owner, Buyer, this.isShared) = (provider, api, configuration, owner, buyer, isShared);

    public IdentityHost Api { get; }

    public Operator Provider => provider.Control;

    public Registered Owner { get; }

    public Registered Buyer { get; }

    /// <summary>The owner with a token of now: those of the registration end while the test's clock goes on.</summary>
    public HttpClient Client => Api.ClientOf("owner", Owner.Tenant);

    public string TopUp => $"/v1/accounts/{Buyer.Wallet}/top-up";

    public static async Task<ProviderHost> StartAsync(
        MongoServer mongo, RedisServer redis, Action<Dictionary<string, string?>>? configure = null)
    {
        var options = new DevStripeOptions(new IPEndPoint(IPAddress.Loopback, 0), Key, WebhookSecret, [], DataDirectory: null);
        var provider = await DevelopmentProvider.StartAsync(options, TimeProvider.System, TestContext.Current.CancellationToken);
        var configuration = new Dictionary<string, string?>
        {
            ["stripe:secret_key"] = Key,
            ["stripe:webhook_secret"] = WebhookSecret,
            ["Payments:ApiBase"] = provider.Address.ToString(),
        };
        configure?.Invoke(configuration);
        var api = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), configuration, WithoutLoops);
        return await OpenAsync(provider, api, configuration, isShared: false);
    }

    /// <summary>Another tenant and buyer of the same API and provider.</summary>
    public Task<ProviderHost> OpenAsync() => OpenAsync(provider, Api, configuration, isShared: true);

    private static async Task<ProviderHost> OpenAsync(
        DevelopmentProvider provider, IdentityHost api, Dictionary<string, string?> configuration, bool isShared)
    {
        var owner = await api.OpenTenantAsync();
        return new ProviderHost(provider, api, configuration, owner, await api.RegisterAsync(owner.Tenant, "paula"), isShared);
    }

    /// <summary>Another process of the same installation.</summary>
    public Task<IdentityHost> StartReplicaAsync() => IdentityHost.StartReplicaAsync(
        Api, configuration: configuration, configure: WithoutLoops);

    public async Task FundAsync(long amount) =>
        Assert.Equal(201, (await Owner.Client.MoveAsync("issuance", Buyer.Wallet, amount, kind: "purchase")).Status);

    public async Task SpendAsync(long amount) =>
        Assert.Equal(201, (await Client.MoveAsync(Buyer.Wallet, "revenue", amount)).Status);

    public Task<long> BalanceAsync() => Client.PostedAsync(Buyer.Wallet);

    public async Task<Answer> PutAsync(object policy, HttpClient? client = null) =>
        await Answer.OfAsync(await (client ?? Buyer.Client).PutAsJsonAsync(TopUp, policy, TestContext.Current.CancellationToken));

    /// <summary>Below 1,000 credits' units, $10 are charged for 10,000 units of them.</summary>
    public async Task<Answer> SetAsync(
        string card = "pm_card_visa", long threshold = 1_000, long dailyCap = 100_00, long monthlyCap = 1_000_00)
    {
        var answer = await PutAsync(new
        {
            threshold,
            payment_method = card,
            package = "credits-100",
            daily_cap = dailyCap,
            monthly_cap = monthlyCap,
        });
        Assert.True(answer.Status == 200, answer.Text);
        return answer;
    }

    /// <summary>What the watcher of a process does each time.</summary>
    public Task LookAsync(IdentityHost? process = null) =>
        (process ?? Api).Services.GetRequiredService<TopUpWatcher>().LookAsync(TestContext.Current.CancellationToken);

    /// <summary>The test says when somebody looks.</summary>
    private static void WithoutLoops(IServiceCollection services)
    {
        foreach (var loop in services.Where(service => service.ImplementationFactory is Func<IServiceProvider, TopUpWatcher>
            or Func<IServiceProvider, ReconciliationRunner> && service.ServiceType == typeof(IHostedService)).ToList())
            services.Remove(loop);
    }

    /// <summary>How many payments the provider has taken.</summary>
    public int Taken => Provider.All("payment_intent", int.MaxValue).Count(intent => (string?)intent["status"] == "succeeded");

    public async ValueTask DisposeAsync()
    {
        if (isShared)
            return;
        await Api.DisposeAsync();
        await provider.DisposeAsync();
    }
}
