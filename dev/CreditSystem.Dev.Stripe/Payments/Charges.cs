namespace CreditSystem.Dev.Stripe.Payments;

/// <summary>Attempts to take money from a card, whether they succeeded or not.</summary>
internal sealed class Charges(ObjectStore store, Balance balance, EventLog events, TimeProvider time)
{
    internal const string Kind = "charge";

    internal static readonly string[] ListParameters = ["payment_intent", "customer", .. Pages.Parameters];

    /// <summary>Charges the intent's payment method, as its card has it.</summary>
    /// <returns>The charge; its status says whether it succeeded.</returns>
    public JsonObject Attempt(JsonObject intent, JsonObject method)
    {
        var (card, isCaptured) = (TestCards.Of(method), intent.Text("capture_method") != "manual");
        var charge = New(intent, method, card).With("captured", isCaptured && !card.IsDeclined);
        if (card.IsDeclined)
        {
            store.Save(charge.With("failure_code", card.ErrorCode).With("failure_message", card.Message));
            events.Add("charge.failed", charge);
            return charge;
        }

        store.Save(charge);
        if (isCaptured)
            Settle(charge, charge.Number("amount"));
        events.Add("charge.succeeded", charge);
        return charge;
    }

    /// <summary>Takes what was authorised, or a part of it.</summary>
    public void Capture(JsonObject charge, long amount)
    {
        Settle(store.Save(charge.With("captured", true)), amount);
        events.Add("charge.captured", charge);
    }

    /// <summary>Gives up what was authorised.</summary>
    public void Release(JsonObject charge)
    {
        store.Save(charge.With("amount_refunded", charge.Number("amount")).With("refunded", true));
        events.Add("charge.refunded", charge);
    }

    public JsonNode Find(StripeRequest request) => store.Find(Kind, request.Id) ?? throw StripeFailure.Missing("charge", request.Id, "id");

    public JsonNode List(StripeRequest request)
    {
        var (intent, customer) = (request.Parameters.Text("payment_intent"), request.Parameters.Text("customer"));
        return Pages.Page(
            store.All(Kind).Where(value => (intent is null || value.Text("payment_intent") == intent)
                && (customer is null || value.Text("customer") == customer)),
            request.Parameters, "/v1/charges", id => store.Find(Kind, id));
    }

    private void Settle(JsonObject charge, long amount) => store.Save(charge.With("amount_captured", amount)
        .With("balance_transaction", balance.Add("charge", "charge", amount, Balance.FeeOf(amount), charge).Text("id")));

    private JsonObject New(JsonObject intent, JsonObject method, TestCard card)
    {
        var id = Objects.NewId("ch");
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = Kind,
            ["amount"] = intent.Number("amount"),
            ["amount_captured"] = 0L,
            ["amount_refunded"] = 0L,
            ["balance_transaction"] = null,
            ["billing_details"] = method["billing_details"]?.DeepClone(),
            ["captured"] = false,
            ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
            ["currency"] = intent.Text("currency"),
            ["customer"] = intent.TextOrNull("customer"),
            ["description"] = intent.TextOrNull("description"),
            ["disputed"] = false,
            ["failure_balance_transaction"] = null,
            ["failure_code"] = null,
            ["failure_message"] = null,
            ["fraud_details"] = new JsonObject(),
            ["livemode"] = false,
            ["metadata"] = intent["metadata"]?.DeepClone(),
            ["outcome"] = Outcome(card),
            ["paid"] = !card.IsDeclined,
            ["payment_intent"] = intent.Text("id"),
            ["payment_method"] = method.Text("id"),
            ["payment_method_details"] = new JsonObject { ["type"] = "card", ["card"] = method["card"]?.DeepClone() },
            ["receipt_email"] = intent.TextOrNull("receipt_email"),
            ["receipt_number"] = null,
            ["receipt_url"] = card.IsDeclined ? null : $"{store.Origin}receipts/{id}",
            ["refunded"] = false,
            ["status"] = card.IsDeclined ? "failed" : "succeeded",
        };
    }

    private static JsonObject Outcome(TestCard card) => new()
    {
        ["network_status"] = !card.IsDeclined ? "approved_by_network"
            : card.Name == "radarBlock" ? "not_sent_to_network" : "declined_by_network",
        ["reason"] = card.Name == "radarBlock" ? "highest_risk_level" : card.DeclineCode,
        ["risk_level"] = card.Name == "radarBlock" ? "highest" : "normal",
        ["risk_score"] = card.Name == "radarBlock" ? 95L : 12L,
        ["seller_message"] = card.IsDeclined ? "The bank did not return any further details with this decline." : "Payment complete.",
        ["type"] = !card.IsDeclined ? "authorized" : card.Name == "radarBlock" ? "blocked" : "issuer_declined",
    };
}
