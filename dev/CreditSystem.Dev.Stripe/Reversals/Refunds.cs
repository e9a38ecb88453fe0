using CreditSystem.Dev.Stripe.Payments;

namespace CreditSystem.Dev.Stripe.Reversals;

/// <summary>Money that goes back to the payer, or was to (https://docs.stripe.com/refunds).</summary>
internal sealed class Refunds(
    ObjectStore store, Balance balance, Disputes disputes, EventLog events, Decisions decisions, TimeProvider time)
{
    internal const string Kind = "refund";
    internal const string Succeeds = "refund.succeeds";
    internal const string Fails = "refund.fails";

    internal static readonly string[] CreateParameters = ["payment_intent", "charge", "amount", "reason", "metadata", "instructions_email"];
    internal static readonly string[] ListParameters = ["payment_intent", "charge", .. Pages.Parameters];

    public JsonNode Create(StripeRequest request)
    {
        var parameters = request.Parameters;
        var charge = ChargeOf(parameters);
        var refund = Create(charge, parameters.Number("amount"), null,
            parameters.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer"));
        Metadata.Merge(refund, parameters);
        return store.Save(refund);
    }

    /// <param name="charge">What is given back.</param>
    /// <param name="amount">How much of it; all that is left by default.</param>
    /// <param name="status">How it begins; by default as the card has it.</param>
    /// <param name="reason">The merchant's reason.</param>
    public JsonObject Create(JsonObject charge, long? amount, string? status, string? reason)
    {
        Require(charge, amount);
        var aftermath = TestCards.Of(store.Find(charge.Text("payment_method"))!).Aftermath;
        status ??= aftermath == Aftermath.RefundPends ? "pending" : "succeeded";
        var refund = New(charge, amount ?? Remaining(charge), status, reason);
        store.Save(refund.With("balance_transaction", balance.Add("refund", "refund", -refund.Number("amount"), 0, refund).Text("id")));
        Count(charge, refund.Number("amount"));
        events.Add("charge.refunded", charge);
        events.Add("refund.created", refund);
        disputes.CloseInquiries(charge);
        if (aftermath is Aftermath.RefundPends or Aftermath.RefundFails)
            decisions.Schedule(aftermath == Aftermath.RefundPends ? Succeeds : Fails, refund);
        return refund;
    }

    public JsonNode Find(StripeRequest request) => Get(request.Id);

    public JsonNode List(StripeRequest request)
    {
        var (intent, charge) = (request.Parameters.Text("payment_intent"), request.Parameters.Text("charge"));
        return Pages.Page(
            store.All(Kind).Where(refund => (intent is null || refund.Text("payment_intent") == intent)
                && (charge is null || refund.Text("charge") == charge)),
            request.Parameters, "/v1/refunds", id => store.Find(Kind, id));
    }

    public JsonNode Update(StripeRequest request)
    {
        var refund = Get(request.Id);
        Metadata.Merge(refund, request.Parameters);
        events.Add("refund.updated", store.Save(refund));
        return refund;
    }

    public JsonNode Cancel(StripeRequest request)
    {
        var refund = Get(request.Id);
        return refund.Status() == "requires_action"
            ? Become(refund, "canceled", "merchant_request")
            : throw StripeFailure.Invalid("Only a refund with a status of requires_action can be canceled.");
    }

    /// <summary>What can become of a refund from here.</summary>
    public static string[] NextOf(string status) => status switch
    {
        "requires_action" => ["pending", "succeeded", "failed", "canceled"],
        "pending" => ["succeeded", "failed", "canceled"],
        "succeeded" => ["failed"],
        _ => [],
    };

    /// <summary>Brings a refund to another state; where it fails or is canceled, the money is the merchant's again.</summary>
    public JsonObject Become(JsonObject refund, string status, string failureReason = "unknown")
    {
        if (!NextOf(refund.Status()).Contains(status))
            throw StripeFailure.Invalid($"A refund that is {refund.Status()} cannot become {status}.");
        store.Save(refund.With("status", status).With("pending_reason", status == "pending" ? "processing" : null));
        if (status is "failed" or "canceled")
        {
            var amount = refund.Number("amount");
            refund["failure_reason"] = failureReason;
            refund["failure_balance_transaction"] = balance.Add("refund_failure", "refund_failure", amount, 0, refund).Text("id");
            Count(store.Find(refund.Text("charge"))!, -amount);
        }

        events.Add("refund.updated", refund);
        events.Add("charge.refund.updated", refund);
        if (status == "failed")
            events.Add("refund.failed", refund);
        return refund;
    }

    public JsonObject Get(string id) => store.Find(Kind, id) ?? throw StripeFailure.Missing("refund", id, "id");

    private void Require(JsonObject charge, long? amount)
    {
        if (!charge.Flag("paid") || !charge.Flag("captured"))
            throw StripeFailure.Invalid($"Charge {charge.Text("id")} has not been captured, so it cannot be refunded.", param: "charge");
        if (charge.Flag("refunded"))
            throw StripeFailure.Invalid($"Charge {charge.Text("id")} has already been refunded.", "charge_already_refunded");
        if (disputes.OpenOf(charge).Any(dispute => !dispute.Flag("is_charge_refundable")))
            throw StripeFailure.Invalid($"Charge {charge.Text("id")} has been charged back; cannot issue a refund.", "charge_disputed");
        if (amount is < 1)
            throw StripeFailure.Invalid("Invalid positive integer", "parameter_invalid_integer", "amount");
        if (amount > Remaining(charge))
            throw StripeFailure.Invalid(
                $"Refund amount ({amount}) is greater than unrefunded amount on charge ({Remaining(charge)})", param: "amount");
    }

    private static long Remaining(JsonObject charge) => charge.Number("amount_captured") - charge.Number("amount_refunded");

    private void Count(JsonObject charge, long amount)
    {
        charge["amount_refunded"] = charge.Number("amount_refunded") + amount;
        store.Save(charge.With("refunded", Remaining(charge) == 0));
    }

    private JsonObject ChargeOf(Parameters parameters)
    {
        if (parameters.Text("charge") is { } id)
            return store.Find(Charges.Kind, id) ?? throw StripeFailure.Missing("charge", id, "charge");
        var name = parameters.Text("payment_intent") ?? throw StripeFailure.Invalid(
            "One of the following params should be provided for this request: payment_intent or charge.", "parameter_missing");
        var intent = store.Find(PaymentIntents.Kind, name) ?? throw StripeFailure.Missing("payment_intent", name, "payment_intent");
        return intent.Status() == "succeeded" && store.Find(intent.TextOrNull("latest_charge")) is { } charge
            ? charge
            : throw StripeFailure.Invalid(
                $"This PaymentIntent ({name}) does not have a successful charge to refund.", param: "payment_intent");
    }

    private JsonObject New(JsonObject charge, long amount, string status, string? reason) => new()
    {
        ["id"] = Objects.NewId("re"),
        ["object"] = Kind,
        ["amount"] = amount,
        ["balance_transaction"] = null,
        ["charge"] = charge.Text("id"),
        ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
        ["currency"] = charge.Text("currency"),
        ["failure_balance_transaction"] = null,
        ["failure_reason"] = null,
        ["metadata"] = new JsonObject(),
        ["payment_intent"] = charge.Text("payment_intent"),
        ["pending_reason"] = status == "pending" ? "processing" : null,
        ["reason"] = reason,
        ["receipt_number"] = null,
        ["status"] = status,
    };
}
