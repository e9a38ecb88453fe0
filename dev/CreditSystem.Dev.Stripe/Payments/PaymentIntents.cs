using CreditSystem.Dev.Stripe.Customers;

namespace CreditSystem.Dev.Stripe.Payments;

/// <summary>Payments, from their order to their end (https://docs.stripe.com/payments/paymentintents/lifecycle).</summary>
internal sealed class PaymentIntents(
    ObjectStore store, PaymentMethods methods, Confirmation confirmation, EventLog events, TimeProvider time)
{
    internal const string Kind = "payment_intent";

    internal static readonly string[] CreateParameters =
    [
        "amount", "currency", "customer", "payment_method", "payment_method_data", "payment_method_types", "automatic_payment_methods",
        "confirm", "capture_method", "confirmation_method", "description", "metadata", "receipt_email", "setup_future_usage",
        "statement_descriptor", "statement_descriptor_suffix", .. Confirmation.Parameters,
    ];

    internal static readonly string[] UpdateParameters =
    [
        "amount", "currency", "customer", "payment_method", "description", "metadata", "receipt_email", "setup_future_usage",
    ];

    internal static readonly string[] ListParameters = ["customer", .. Pages.Parameters];

    private static readonly string[] Texts = ["description", "receipt_email", "setup_future_usage"];
    private static readonly string[] AlwaysUpdatable = ["metadata", "description", "expand"];

    /// <summary>In minor units of the currency; Stripe's own for dollars.</summary>
    private const long MinAmount = 50;
    private const long MaxAmount = 99_999_999;

    public JsonNode Create(StripeRequest request)
    {
        var parameters = request.Parameters;
        var (amount, currency) = (Amount(parameters.RequireNumber("amount")), Currency(parameters.RequireText("currency")));
        if (!parameters.Flag("confirm")
            && Confirmation.Parameters.FirstOrDefault(name => name != "return_url" && parameters.Has(name)) is { } early)
            throw StripeFailure.Invalid($"{early} is only allowed when confirm is true.", param: early);
        var customer = methods.RequireCustomer(parameters.Text("customer"))?.Text("id");
        var intent = New(parameters, amount, currency, customer);
        if (parameters.Text("payment_method") is { } method)
            SetMethod(intent, methods.Resolve(method, "payment_method"));
        else if (parameters.Map("payment_method_data") is { } data)
            SetMethod(intent, methods.Make(data));
        store.Save(intent);
        events.Add("payment_intent.created", intent);
        return parameters.Flag("confirm") ? confirmation.Confirm(intent, parameters) : intent;
    }

    public JsonNode Find(StripeRequest request) => Get(request.Id);

    public JsonNode List(StripeRequest request)
    {
        var customer = request.Parameters.Text("customer");
        return Pages.Page(
            store.All(Kind).Where(value => customer is null || value.Text("customer") == customer),
            request.Parameters, "/v1/payment_intents", id => store.Find(Kind, id));
    }

    public JsonNode Update(StripeRequest request)
    {
        var (intent, parameters) = (Get(request.Id), request.Parameters);
        if (intent.Status() is "succeeded" or "canceled" && parameters.Names.Except(AlwaysUpdatable).Any())
            throw Unexpected(intent, "updated", "requires_payment_method, requires_confirmation, requires_action");
        if (parameters.Number("amount") is { } amount)
            intent["amount"] = Amount(amount);
        if (parameters.Text("currency") is { } currency)
            intent["currency"] = Currency(currency);
        if (methods.RequireCustomer(parameters.Text("customer")) is { } customer)
            intent["customer"] = customer.Text("id");
        if (parameters.Text("payment_method") is { } method)
            SetMethod(intent, methods.Resolve(method, "payment_method"));
        foreach (var name in Texts.Where(parameters.Has))
            intent[name] = parameters.Text(name);
        Metadata.Merge(intent, parameters);
        return store.Save(intent);
    }

    public JsonNode Confirm(StripeRequest request)
    {
        var (intent, parameters) = (Get(request.Id), request.Parameters);
        Confirmation.RequireConfirmable(intent);
        if (parameters.Text("payment_method") is { } method)
            SetMethod(intent, methods.Resolve(method, "payment_method"));
        else if (parameters.Map("payment_method_data") is { } data)
            SetMethod(intent, methods.Make(data));
        foreach (var name in Texts.Where(parameters.Has))
            intent[name] = parameters.Text(name);
        return confirmation.Confirm(intent, parameters);
    }

    public JsonObject Get(string id) => store.Find(Kind, id) ?? throw StripeFailure.Missing("payment_intent", id, "intent");

    internal static StripeFailure Unexpected(JsonObject intent, string verb, string allowed) => new(
        400, "invalid_request_error", "payment_intent_unexpected_state",
        $"This PaymentIntent could not be {verb} because it has a status of {intent.Status()}. Only a PaymentIntent with one of the "
            + $"following statuses may be {verb}: {allowed}.")
    {
        Members = new Dictionary<string, JsonNode?> { [Kind] = intent },
    };

    private void SetMethod(JsonObject intent, JsonObject method)
    {
        methods.RequireUsable(method, intent.TextOrNull("customer"));
        intent["payment_method"] = method.Text("id");
        if (intent.Status() == "requires_payment_method")
            intent["status"] = "requires_confirmation";
        store.Save(intent);
    }

    private JsonObject New(Parameters parameters, long amount, string currency, string? customer)
    {
        var id = Objects.NewId("pi");
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = Kind,
            ["amount"] = amount,
            ["amount_capturable"] = 0L,
            ["amount_received"] = 0L,
            ["automatic_payment_methods"] = parameters.Map("automatic_payment_methods") is null && parameters.Has("payment_method_types")
                ? null
                : new JsonObject
                {
                    ["allow_redirects"] = (string?)parameters.Map("automatic_payment_methods")?["allow_redirects"] ?? "always",
                    ["enabled"] = true,
                },
            ["canceled_at"] = null,
            ["cancellation_reason"] = null,
            ["capture_method"] = parameters.OneOf("capture_method", "automatic", "automatic_async", "manual") ?? "automatic_async",
            ["client_secret"] = $"{id}_secret_{Objects.NewId("x")[2..]}",
            ["confirmation_method"] = parameters.OneOf("confirmation_method", "automatic", "manual") ?? "automatic",
            ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
            ["currency"] = currency,
            ["customer"] = customer,
            ["description"] = parameters.Text("description"),
            ["last_payment_error"] = null,
            ["latest_charge"] = null,
            ["livemode"] = false,
            ["metadata"] = parameters.Map("metadata")?.DeepClone() ?? new JsonObject(),
            ["next_action"] = null,
            ["payment_method"] = null,
            ["payment_method_types"] = Objects.Array(["card"]),
            ["processing"] = null,
            ["receipt_email"] = parameters.Text("receipt_email"),
            ["setup_future_usage"] = parameters.OneOf("setup_future_usage", "on_session", "off_session"),
            ["statement_descriptor"] = parameters.Text("statement_descriptor"),
            ["statement_descriptor_suffix"] = parameters.Text("statement_descriptor_suffix"),
            ["status"] = "requires_payment_method",
        };
    }

    private static long Amount(long amount) => amount switch
    {
        < 1 => throw StripeFailure.Invalid(
            "This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount"),
        < MinAmount => throw StripeFailure.Invalid("Amount must be at least $0.50 usd", "amount_too_small", "amount"),
        > MaxAmount => throw StripeFailure.Invalid("Amount must be no more than $999,999.99", "amount_too_large", "amount"),
        _ => amount,
    };

    private static string Currency(string currency) => currency.Length == 3 && currency.All(char.IsAsciiLetterLower)
        ? currency
        : throw StripeFailure.Invalid($"Invalid currency: {currency}.", param: "currency");
}
