using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Stripe;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>A local server that speaks the part of Stripe's API that is used: payment intents, refunds, disputes, signed notices.</summary>
internal sealed class StripeServer : IAsyncDisposable
{
    public const string Key = "sk_test_local_4eC39HqLyjWDarjtT1zdp7dc";
    public const string WebhookSecret = "whsec_local_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH";
    public const string DeclinedCard = "pm_card_chargeDeclined";
    public const string UnknownCard = "pm_typo";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, JsonObject> _intents = [];
    private readonly ConcurrentDictionary<string, (string Form, string Id)> _keys = [];
    private readonly List<JsonObject> _refunds = [];
    private readonly List<JsonObject> _disputes = [];
    private int _number;

    private StripeServer(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public int IntentsCreated => _intents.Count;

    /// <summary>While it is set every call is answered with this status.</summary>
    public int? Failure { get; set; }

    /// <summary>What happens between the question whether a payment is paid and its confirmation.</summary>
    public Action<string>? BeforeConfirmation { get; set; }

    public static async Task<StripeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new StripeServer(app);
        app.Use(server.AdmitAsync);
        app.MapPost("/v1/payment_intents", server.CreateAsync);
        app.MapGet("/v1/payment_intents/{id}", (string id) => server.Find(id));
        app.MapPost("/v1/payment_intents/{id}/confirm", server.ConfirmAsync);
        app.MapGet("/v1/refunds", (string payment_intent) => List(server._refunds, payment_intent));
        app.MapGet("/v1/disputes", (string payment_intent) => List(server._disputes, payment_intent));
        await app.StartAsync();
        return server;
    }

    /// <summary>The payer's browser has completed the payment.</summary>
    public void Pay(string intent) => _intents[intent]["status"] = "succeeded";

    public string Refund(string intent, long amount) => Add(_refunds, new JsonObject { ["object"] = "refund", ["payment_intent"] = intent, ["amount"] = amount, ["status"] = "succeeded" }, "re");

    public string Dispute(string intent, long amount, string status = "needs_response") => Add(_disputes, new JsonObject { ["object"] = "dispute", ["payment_intent"] = intent, ["amount"] = amount, ["status"] = status }, "du");

    public void Win(string dispute) => Become(_disputes, dispute, "won");

    /// <summary>What becomes of a refund: succeeded, failed, canceled, …</summary>
    public void BecomeRefund(string refund, string status) => Become(_refunds, refund, status);

    /// <summary>What becomes of a dispute, and what the movements of the balance for it are then.</summary>
    public void BecomeDispute(string dispute, string status, params long[] balance)
    {
        Become(_disputes, dispute, status);
        lock (_disputes)
            _disputes.Single(known => (string?)known["id"] == dispute)["balance_transactions"] =
                new JsonArray([.. balance.Select(amount => new JsonObject { ["object"] = "balance_transaction", ["amount"] = amount })]);
    }

    /// <summary>Changes what a payment was begun for.</summary>
    public void Relabel(string intent, string member, string? value)
    {
        var metadata = _intents[intent]["metadata"]!.AsObject();
        if (value is null)
            metadata.Remove(member);
        else
            metadata[member] = value;
    }

    public string? Label(string intent, string member) => (string?)_intents[intent]["metadata"]![member];

    private static void Become(List<JsonObject> list, string id, string status)
    {
        lock (list)
            list.Single(known => (string?)known["id"] == id)["status"] = status;
    }

    /// <summary>A notice about a payment as Stripe sends it.</summary>
    /// <returns>Its body, and the header that signs it.</returns>
    public (string Body, string Signature) Notice(string type, string intent, DateTimeOffset at, string? id = null, string secret = WebhookSecret)
    {
        var body = new JsonObject
        {
            ["id"] = id ?? $"evt_{Interlocked.Increment(ref _number)}",
            ["object"] = "event",
            ["api_version"] = "2020-08-27",
            ["type"] = type,
            ["created"] = at.ToUnixTimeSeconds(),
            ["data"] = new JsonObject { ["object"] = type.StartsWith("charge.dispute", StringComparison.Ordinal) ? OfPayment("dispute", "du_1", intent) : type.StartsWith("charge", StringComparison.Ordinal) ? OfPayment("charge", "ch_1", intent) : OfPayment("payment_intent", intent, intent) },
        }.ToJsonString();
        return (body, EventUtility.GenerateSignatureHeader(body, secret, at.ToUnixTimeSeconds()));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static JsonObject OfPayment(string kind, string id, string intent) => new() { ["id"] = id, ["object"] = kind, ["payment_intent"] = intent };

    private string Add(List<JsonObject> list, JsonObject item, string prefix)
    {
        var id = $"{prefix}_{Interlocked.Increment(ref _number)}";
        item["id"] = id;
        lock (list)
            list.Insert(0, item);
        return id;
    }

    private Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (Failure is { } status)
            return Error(status, "api_error", "api_error").ExecuteAsync(context);
        return context.Request.Headers.Authorization == $"Bearer {Key}" ? next(context) : Error(401, "invalid_request_error", null).ExecuteAsync(context);
    }

    private async Task<IResult> CreateAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var text = string.Join('&', form.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}"));
        var key = request.Headers["Idempotency-Key"].ToString();
        var known = _keys.GetOrAdd(key, _ => (text, $"pi_{Interlocked.Increment(ref _number)}"));
        if (known.Form != text)
            return Error(400, "idempotency_error", null);
        var metadata = new JsonObject();
        foreach (var (name, value) in form.Where(field => field.Key.StartsWith("metadata[", StringComparison.Ordinal)))
            metadata[name["metadata[".Length..^1]] = value.ToString();
        return Results.Json(_intents.GetOrAdd(known.Id, id => new JsonObject
        {
            ["id"] = id,
            ["object"] = "payment_intent",
            ["amount"] = long.Parse(form["amount"]!, System.Globalization.CultureInfo.InvariantCulture),
            ["currency"] = form["currency"].ToString(),
            ["client_secret"] = $"{id}_secret_local",
            ["metadata"] = metadata,
            ["status"] = "requires_payment_method",
        }));
    }

    private async Task<IResult> ConfirmAsync(string id, HttpRequest request)
    {
        if (!_intents.TryGetValue(id, out var intent))
            return Error(404, "invalid_request_error", "resource_missing");
        BeforeConfirmation?.Invoke(id);
        var form = await request.ReadFormAsync();
        if (form["payment_method"] == DeclinedCard)
            return Error(402, "card_error", "card_declined", "insufficient_funds");
        if (form["payment_method"] == UnknownCard)
            return Error(400, "invalid_request_error", "resource_missing", param: "payment_method");
        if ((string?)intent["status"] == "succeeded")
            return Error(400, "invalid_request_error", "payment_intent_unexpected_state");
        Pay(id);
        return Results.Json(intent);
    }

    private IResult Find(string id) => _intents.TryGetValue(id, out var intent) ? Results.Json(intent) : Error(404, "invalid_request_error", "resource_missing");

    private static IResult List(List<JsonObject> list, string intent)
    {
        lock (list)
            return Results.Text(new JsonObject { ["object"] = "list", ["has_more"] = false, ["data"] = new JsonArray([.. list.Where(item => (string?)item["payment_intent"] == intent).Select(item => item.DeepClone())]) }.ToJsonString(), "application/json");
    }

    private static IResult Error(int status, string type, string? code, string? declineCode = null, string? param = null) =>
        Results.Json(new { error = new { type, code, decline_code = declineCode, param, message = "local" } }, statusCode: status);
}
