using System.Collections.Concurrent;
using System.Net;
using CreditSystem.Dev.Stripe;
using CreditSystem.Dev.Stripe.Control;
using CreditSystem.Dev.Stripe.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Stripe;

namespace CreditSystem.Tests.DevServers.Payments;

/// <summary>
/// The development payment provider in the test's process, Stripe.net as its client, and a listener that it tells of events.
/// </summary>
internal sealed class ProviderHost : IAsyncDisposable
{
    public const string SecretKey = "sk_test_dev_of_the_test";
    public const string WebhookSecret = "whsec_dev_of_the_test";

    private readonly StripeServer server;
    private readonly Listener listener;

    private ProviderHost(StripeServer server, Listener listener, FakeTimeProvider time) =>
        (this.server, this.listener, Time) = (server, listener, time);

    public FakeTimeProvider Time { get; }

    public Uri Address => server.Address;

    public Operator Control => server.Control;

    public Listener Received => listener;

    public StripeClient Client(string key = SecretKey) => new(key, apiBase: Address.ToString().TrimEnd('/'));

    public PaymentIntentService Intents => new(Client());

    public static async Task<ProviderHost> StartAsync(string? dataDirectory = null)
    {
        var (listener, time) = (await Listener.StartAsync(), new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        var options = new DevStripeOptions(new IPEndPoint(IPAddress.Loopback, 0), SecretKey, WebhookSecret, [listener.Url], dataDirectory);
        return new ProviderHost(await StripeServer.StartAsync(options, time, TestContext.Current.CancellationToken), listener, time);
    }

    public Task<PaymentIntent> PayAsync(
        string card = "pm_card_visa", long amount = 10_00) => Intents.CreateAsync(new PaymentIntentCreateOptions
        {
            Amount = amount,
            Currency = "usd",
            PaymentMethod = card,
            Confirm = true,
            AutomaticPaymentMethods = new() { Enabled = true, AllowRedirects = "never" },
        }, null, TestContext.Current.CancellationToken);

    /// <summary>What the call is refused with.</summary>
    public static async Task<StripeException> RefusedAsync<T>(Task<T> call) => await Assert.ThrowsAsync<StripeException>(() => call);

    /// <summary>The banks decide what they have still to decide: their time has come.</summary>
    public void LetDecide() => Assert.True(Control.DecideAll() > 0);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await listener.DisposeAsync();
    }
}

/// <summary>A web server that keeps what it is told, and answers as the test says.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SemaphoreSlim arrived = new(0);
    private readonly ConcurrentQueue<(string Body, string Signature)> received = [];

    private Listener(WebApplication app) => this.app = app;

    public Uri Url => new($"{app.Urls.Single()}/notices");

    /// <summary>What is answered.</summary>
    public int Status { get; set; } = 200;

    public IReadOnlyList<(string Body, string Signature)> All => [.. received];

    public static async Task<Listener> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var listener = new Listener(app);
        app.MapPost("/notices", listener.TakeAsync);
        await app.StartAsync();
        return listener;
    }

    /// <summary>Waits until that many have arrived since the last wait.</summary>
    public async Task WaitAsync(int count)
    {
        for (var index = 0; index < count; index++)
            Assert.True(
                await arrived.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken), "An event did not arrive.");
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        arrived.Dispose();
    }

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        received.Enqueue((await reader.ReadToEndAsync(), request.Headers["Stripe-Signature"].ToString()));
        arrived.Release();
        return Results.StatusCode(Status);
    }
}
