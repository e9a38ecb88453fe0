using CreditSystem.Dev.Stripe.Customers;
using CreditSystem.Dev.Stripe.Reversals;

namespace CreditSystem.Dev.Stripe.Payments;

/// <summary>What happens from the moment at which a payer agrees: authentication, the charge, and what the card has in store.</summary>
internal sealed class Confirmation(
    ObjectStore store, PaymentMethods methods, Charges charges, EventLog events, Decisions decisions)
{
    internal static readonly string[] Parameters =
    [
        "off_session", "return_url", "error_on_requires_action", "mandate", "mandate_data", "use_stripe_sdk",
    ];

    internal static readonly string[] ConfirmParameters =
    [
        "payment_method", "payment_method_data", "receipt_email", "setup_future_usage", "client_secret", .. Parameters,
    ];

    private const string Confirmable = "requires_payment_method, requires_confirmation, requires_action";

    public static void RequireConfirmable(JsonObject intent)
    {
        if (!Confirmable.Split(", ").Contains(intent.Status()))
            throw PaymentIntents.Unexpected(intent, "confirmed", Confirmable);
    }

    public JsonNode Confirm(JsonObject intent, Parameters parameters)
    {
        RequireConfirmable(intent);
        if (methods.Find(intent.TextOrNull("payment_method")) is not { } method)
            throw new StripeFailure(400, "invalid_request_error", "payment_intent_unexpected_state",
                "You cannot confirm this PaymentIntent because it's missing a payment method.")
            { Param = "payment_method" };
        var (isOffSession, card) = (parameters.Has("off_session") && parameters.Text("off_session") != "false", TestCards.Of(method));
        intent["next_action"] = null;
        if (!NeedsHolder(card, method, isOffSession))
            return Charge(intent, method);
        if (isOffSession || parameters.Flag("error_on_requires_action"))
            throw Fail(intent, method, "authentication_required", "authentication_required",
                "Your card was declined. This transaction requires authentication.");

        intent["status"] = "requires_action";
        intent["next_action"] = NextAction(intent, parameters.Text("return_url"));
        store.Save(intent);
        events.Add("payment_intent.requires_action", intent);
        return intent;
    }

    /// <summary>The holder of the card has answered what the bank has asked.</summary>
    public JsonNode Authenticate(JsonObject intent, bool agrees)
    {
        if (intent.Status() != "requires_action")
            throw PaymentIntents.Unexpected(intent, "authenticated", "requires_action");
        var method = methods.Find(intent.TextOrNull("payment_method"))!;
        intent["next_action"] = null;
        try
        {
            return agrees
                ? Charge(intent, method)
                : throw Fail(intent, method, "payment_intent_authentication_failure", null,
                    "The provided PaymentMethod has failed authentication.");
        }
        catch (StripeFailure)
        {
            // Nobody is waiting for an answer: the intent says why.
            return intent;
        }
    }

    private static bool NeedsHolder(TestCard card, JsonObject method, bool isOffSession) => card.Authentication switch
    {
        Authentication.Always => true,
        Authentication.UnlessSetUp => !(isOffSession && (card.IsSetUp || method.Flag("_set_up"))),
        _ => false,
    };

    private JsonNode Charge(JsonObject intent, JsonObject method)
    {
        var charge = charges.Attempt(intent, method);
        intent["latest_charge"] = charge.Text("id");
        if (!charge.Flag("paid"))
        {
            var card = TestCards.Of(method);
            throw Fail(intent, method, card.ErrorCode, card.ErrorCode == "card_declined" ? card.DeclineCode : null, card.Message, charge);
        }

        if (intent.TextOrNull("setup_future_usage") is { } usage)
            methods.SaveForFuture(method, intent.TextOrNull("customer"), usage == "off_session");
        if (!charge.Flag("captured"))
        {
            store.Save(intent.With("status", "requires_capture").With("amount_capturable", charge.Number("amount")));
            events.Add("payment_intent.amount_capturable_updated", intent);
            return intent;
        }

        return Succeed(intent, charge);
    }

    public JsonNode Succeed(JsonObject intent, JsonObject charge)
    {
        store.Save(intent.With("status", "succeeded").With("last_payment_error", null)
            .With("amount_capturable", 0L).With("amount_received", charge.Number("amount_captured")));
        events.Add("payment_intent.succeeded", intent);
        if (Disputes.ReasonOf(TestCards.Of(methods.Find(charge.Text("payment_method"))!).Aftermath) is not null)
            decisions.Schedule(Disputes.ByCard, charge);
        return intent;
    }

    /// <summary>The payment waits for another payment method; the failure is told at once, and kept on the intent.</summary>
    private StripeFailure Fail(
        JsonObject intent, JsonObject method, string code, string? declineCode, string message, JsonObject? charge = null)
    {
        var members = new Dictionary<string, JsonNode?> { ["payment_method"] = Objects.Public(method) };
        if (charge is not null)
            members["charge"] = charge.Text("id");
        var failure = new StripeFailure(402, "card_error", code, message) { DeclineCode = declineCode, Members = members };
        intent["last_payment_error"] = failure.ToJson()["error"]!.DeepClone();
        store.Save(intent.With("status", "requires_payment_method").With("payment_method", null));
        events.Add("payment_intent.payment_failed", intent);
        members[PaymentIntents.Kind] = intent.DeepClone();
        return failure;
    }

    private JsonObject NextAction(JsonObject intent, string? returnUrl) => returnUrl is null
        ? new JsonObject
        {
            ["type"] = "use_stripe_sdk",
            ["use_stripe_sdk"] = new JsonObject { ["type"] = "three_d_secure_redirect", ["stripe_js"] = PageOf(intent) },
        }
        : new JsonObject
        {
            ["type"] = "redirect_to_url",
            ["redirect_to_url"] = new JsonObject { ["return_url"] = returnUrl, ["url"] = PageOf(intent) },
        };

    private string PageOf(JsonObject intent) => $"{store.Origin}#{intent.Text("id")}";
}
