using CreditSystem.Dev.Stripe.Payments;

namespace CreditSystem.Dev.Stripe.Customers;

/// <summary>Saving a card for later payments without its holder (https://docs.stripe.com/payments/setupintents/lifecycle).</summary>
internal sealed class SetupIntents(ObjectStore store, PaymentMethods methods, EventLog events, TimeProvider time)
{
    internal const string Kind = "setup_intent";

    internal static readonly string[] ConfirmParameters =
        ["payment_method", "return_url", "client_secret", "mandate_data", "use_stripe_sdk"];
    internal static readonly string[] CreateParameters =
    [
        "customer", "confirm", "usage", "payment_method_types", "automatic_payment_methods", "description", "metadata",
        .. ConfirmParameters,
    ];
    internal static readonly string[] ListParameters = ["customer", "payment_method", .. Pages.Parameters];

    public JsonNode Create(StripeRequest request)
    {
        var parameters = request.Parameters;
        var id = Objects.NewId("seti");
        var setup = new JsonObject
        {
            ["id"] = id,
            ["object"] = Kind,
            ["client_secret"] = $"{id}_secret_{Objects.NewId("x")[2..]}",
            ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
            ["customer"] = methods.RequireCustomer(parameters.Text("customer"))?.Text("id"),
            ["description"] = parameters.Text("description"),
            ["last_setup_error"] = null,
            ["livemode"] = false,
            ["metadata"] = parameters.Map("metadata")?.DeepClone() ?? new JsonObject(),
            ["next_action"] = null,
            ["payment_method"] = null,
            ["payment_method_types"] = Objects.Array(["card"]),
            ["status"] = "requires_payment_method",
            ["usage"] = parameters.OneOf("usage", "on_session", "off_session") ?? "off_session",
        };
        SetMethod(setup, parameters);
        events.Add("setup_intent.created", store.Save(setup));
        return parameters.Flag("confirm") ? Confirm(setup) : setup;
    }

    public JsonNode Find(StripeRequest request) => Get(request.Id);

    public JsonNode List(StripeRequest request)
    {
        var customer = request.Parameters.Text("customer");
        return Pages.Page(
            store.All(Kind).Where(setup => customer is null || setup.Text("customer") == customer),
            request.Parameters, "/v1/setup_intents", id => store.Find(Kind, id));
    }

    public JsonNode Confirm(StripeRequest request)
    {
        var setup = Get(request.Id);
        Require(setup, "requires_payment_method", "requires_confirmation", "requires_action");
        SetMethod(setup, request.Parameters);
        return Confirm(setup);
    }

    public JsonNode Cancel(StripeRequest request)
    {
        var setup = Get(request.Id);
        Require(setup, "requires_payment_method", "requires_confirmation", "requires_action");
        events.Add("setup_intent.canceled", store.Save(setup.With("status", "canceled").With("next_action", null)));
        return setup;
    }

    /// <summary>The holder has answered what the bank has asked.</summary>
    public JsonNode Authenticate(JsonObject setup, bool agrees)
    {
        Require(setup, "requires_action");
        return agrees ? Succeed(setup) : Fail(setup, new StripeFailure(
            402, "card_error", "setup_intent_authentication_failure", "The provided PaymentMethod has failed authentication."));
    }

    public JsonObject Get(string id) => store.Find(Kind, id) ?? throw StripeFailure.Missing("setupintent", id, "intent");

    private JsonObject Confirm(JsonObject setup)
    {
        if (methods.Find(setup.TextOrNull("payment_method")) is not { } method)
            throw StripeFailure.Invalid("You cannot confirm this SetupIntent because it's missing a payment method.",
                "setup_intent_unexpected_state", "payment_method");
        var card = TestCards.Of(method);
        if (!card.CanBeAttached)
        {
            var failure = new StripeFailure(402, "card_error", card.ErrorCode, card.Message) { DeclineCode = card.DeclineCode };
            Fail(setup, failure);
            throw failure;
        }

        if (card.Authentication == Authentication.Never || card.IsSetUp)
            return Succeed(setup);
        setup["next_action"] = new JsonObject { ["type"] = "use_stripe_sdk", ["use_stripe_sdk"] = new JsonObject() };
        events.Add("setup_intent.requires_action", store.Save(setup.With("status", "requires_action")));
        return setup;
    }

    private JsonObject Succeed(JsonObject setup)
    {
        methods.SaveForFuture(
            methods.Find(setup.Text("payment_method"))!, setup.TextOrNull("customer"), setup.Text("usage") == "off_session");
        events.Add("setup_intent.succeeded", store.Save(setup.With("status", "succeeded").With("next_action", null)));
        return setup;
    }

    private JsonObject Fail(JsonObject setup, StripeFailure failure)
    {
        setup["last_setup_error"] = failure.ToJson()["error"]!.DeepClone();
        store.Save(setup.With("status", "requires_payment_method").With("payment_method", null).With("next_action", null));
        events.Add("setup_intent.setup_failed", setup);
        return setup;
    }

    private void SetMethod(JsonObject setup, Parameters parameters)
    {
        if (parameters.Text("payment_method") is not { } id)
            return;
        var method = methods.Resolve(id, "payment_method");
        methods.RequireUsable(method, setup.TextOrNull("customer"));
        setup["payment_method"] = method.Text("id");
        setup["status"] = "requires_confirmation";
    }

    private static void Require(JsonObject setup, params string[] allowed)
    {
        if (!allowed.Contains(setup.Status()))
            throw StripeFailure.Invalid(
                $"This SetupIntent has a status of {setup.Status()}, which does not allow that.", "setup_intent_unexpected_state");
    }
}
