using CreditSystem.Dev.Stripe.Control;
using CreditSystem.Dev.Stripe.Customers;
using CreditSystem.Dev.Stripe.Payments;
using CreditSystem.Dev.Stripe.Reversals;

namespace CreditSystem.Dev.Stripe.Server;

/// <summary>The provider as one process: Stripe's API, the events that it sends, and a page for people.</summary>
internal sealed class StripeServer : IAsyncDisposable
{
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource stopping = new();
    private readonly WebApplication app;
    private readonly Journal? journal;
    private readonly HttpClient http;
    private readonly WebhookSender sender;
    private readonly List<Task> loops = [];

    private StripeServer(WebApplication app, Journal? journal, HttpClient http, WebhookSender sender, Operator control) =>
        (this.app, this.journal, this.http, this.sender, Control) = (app, journal, http, sender, control);

    public Uri Address => new($"{app.Urls.Single()}/");

    /// <summary>What only Stripe, banks and payers can do.</summary>
    public Operator Control { get; }

    public static async Task<StripeServer> StartAsync(DevStripeOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var journal = options.DataDirectory is { } directory ? new Journal(directory) : null;
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = DeliveryTimeout };
        var app = Build(options);
        var store = new ObjectStore(journal);
        var (deliveries, decided) = (new WorkSignal(), new WorkSignal());
        var events = new EventLog(store, deliveries, time);
        var (faults, decisions) = (new Faults(), new Decisions(store, decided, options, time));
        var api = new StripeApi(options, store, events, new Idempotency(store, time), faults, time);
        var balance = new Balance(store, time);
        var (methods, charges) = (new PaymentMethods(store, events, time), new Charges(store, balance, events, time));
        var disputes = new Disputes(store, balance, events, decisions, time);
        var refunds = new Refunds(store, balance, disputes, events, decisions, time);
        var confirmation = new Confirmation(store, methods, charges, events, decisions);
        var intents = new PaymentIntents(store, methods, confirmation, events, time);
        var setups = new SetupIntents(store, methods, events, time);
        var endpoints = new WebhookEndpoints(store, time);
        Outcomes.Register(decisions, refunds, disputes, store);
        api.Execute(() => endpoints.Configure(options.WebhookUrls, options.WebhookSecret));

        var sender = new WebhookSender(api, store, deliveries, options, http, time);
        var control = new Operator(
            api, store, faults, new Operator.Parts(methods, intents, confirmation, setups, refunds, disputes, events, decisions, sender));
        var server = new StripeServer(app, journal, http, sender, control);
        StripeRoutes.Map(app, api, new StripeRoutes.Parts(
            intents, new Completion(store, intents, charges, confirmation, events, time), charges, refunds, disputes, balance,
            new CustomerList(store, events, time), methods, setups, events, endpoints));
        ControlRoutes.Map(app, control);
        await app.StartAsync(cancellationToken);
        store.Origin = server.Address;
        server.loops.Add(Task.Run(() => sender.RunAsync(server.stopping.Token), CancellationToken.None));
        server.loops.Add(Task.Run(() => decisions.RunAsync(api, server.stopping.Token), CancellationToken.None));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await app.StopAsync();
        foreach (var loop in loops)
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.DisposeAsync();
        sender.Dispose();
        http.Dispose();
        journal?.Dispose();
        stopping.Dispose();
    }

    private static WebApplication Build(DevStripeOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // The orchestrator's ASPNETCORE_URLS are the same address in other words, which Kestrel warns of.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Listen));
        return builder.Build();
    }
}
