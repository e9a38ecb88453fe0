using CreditSystem.Dev.Stripe.Payments;

namespace CreditSystem.Dev.Stripe.Reversals;

/// <summary>
/// What payers object to at their banks: inquiries, which move no money, disputes, which take it until they are won, and those that
/// were prevented (https://docs.stripe.com/disputes/how-disputes-work).
/// </summary>
internal sealed class Disputes(ObjectStore store, Balance balance, EventLog events, Decisions decisions, TimeProvider time)
{
    internal const string Kind = "dispute";
    internal const string ByCard = "dispute.opens";
    internal const string Wins = "dispute.wins";
    internal const string Loses = "dispute.loses";
    internal const string Escalates = "dispute.escalates";

    internal static readonly string[] UpdateParameters = ["evidence", "submit", "metadata"];
    internal static readonly string[] ListParameters = ["payment_intent", "charge", .. Pages.Parameters];
    internal static readonly string[] Beginnings = ["needs_response", "warning_needs_response", "prevented"];

    private static readonly TimeSpan TimeToRespond = TimeSpan.FromDays(7);

    /// <summary>What a test card's payer objects to; null where nobody does.</summary>
    public static string? ReasonOf(Aftermath aftermath) => aftermath switch
    {
        Aftermath.Dispute => "fraudulent",
        Aftermath.DisputeNotReceived or Aftermath.Inquiry => "product_not_received",
        _ => null,
    };

    /// <summary>What can become of a dispute from here.</summary>
    public static string[] NextOf(string status) => status switch
    {
        "warning_needs_response" => ["warning_under_review", "warning_closed", "needs_response"],
        "warning_under_review" => ["warning_closed", "needs_response"],
        "needs_response" => ["under_review", "won", "lost"],
        "under_review" => ["won", "lost"],
        "lost" => ["appeal_needs_response"],
        "appeal_needs_response" => ["appeal_under_review", "won", "lost"],
        "appeal_under_review" => ["won", "lost"],
        _ => [],
    };

    public static bool IsInquiry(JsonObject dispute) => dispute.Status().StartsWith("warning_", StringComparison.Ordinal);

    public IEnumerable<JsonObject> OpenOf(JsonObject charge) => store.All(Kind).Where(
        dispute => dispute.Text("charge") == charge.Text("id") && dispute.Status() is not ("won" or "warning_closed" or "prevented"));

    /// <param name="charge">What the payer objects to.</param>
    /// <param name="amount">How much of it; all that has not gone back by default.</param>
    /// <param name="status">How it begins.</param>
    /// <param name="reason">The payer's reason.</param>
    public JsonObject Open(JsonObject charge, long? amount, string status, string reason)
    {
        var left = charge.Number("amount_captured") - charge.Number("amount_refunded");
        if (!charge.Flag("paid") || !charge.Flag("captured") || left < 1 || amount > charge.Number("amount_captured") || amount < 1)
            throw StripeFailure.Invalid($"Charge {charge.Text("id")} has nothing to dispute, or not that much.");
        if (!Beginnings.Contains(status))
            throw StripeFailure.Invalid($"A dispute begins as {string.Join(", ", Beginnings)}.");
        var dispute = store.Save(New(charge, amount ?? left, status, reason));
        store.Save(charge.With("disputed", true));
        events.Add("charge.dispute.created", dispute);
        if (status == "needs_response")
            Withdraw(dispute);
        return dispute;
    }

    /// <summary>Brings a dispute to another state, with the money that goes or comes back.</summary>
    public JsonObject Become(JsonObject dispute, string status)
    {
        if (!NextOf(dispute.Status()).Contains(status))
            throw StripeFailure.Invalid($"A dispute that is {dispute.Status()} cannot become {status}.");
        store.Save(dispute.With("status", status));
        dispute["is_charge_refundable"] = IsInquiry(dispute);
        events.Add("charge.dispute.updated", dispute);
        if (status == "needs_response")
            Withdraw(dispute);
        if (status == "won")
            Move(dispute, dispute.Number("amount"), -Balance.DisputeFee, "charge.dispute.funds_reinstated");
        if (status is "won" or "lost" or "warning_closed")
            events.Add("charge.dispute.closed", dispute);
        return dispute;
    }

    /// <summary>An inquiry is over once all the money has gone back.</summary>
    public void CloseInquiries(JsonObject charge)
    {
        foreach (var inquiry in OpenOf(charge).Where(dispute => charge.Flag("refunded") && dispute.Flag("is_charge_refundable")).ToList())
            Become(inquiry, "warning_closed");
    }

    public JsonNode Find(StripeRequest request) => Get(request.Id);

    public JsonNode List(StripeRequest request)
    {
        var (intent, charge) = (request.Parameters.Text("payment_intent"), request.Parameters.Text("charge"));
        return Pages.Page(
            store.All(Kind).Where(dispute => (intent is null || dispute.Text("payment_intent") == intent)
                && (charge is null || dispute.Text("charge") == charge)),
            request.Parameters, "/v1/disputes", id => store.Find(Kind, id));
    }

    /// <summary>Evidence; the documented words in <c>uncategorized_text</c> say how it ends.</summary>
    public JsonNode Update(StripeRequest request)
    {
        var (dispute, parameters) = (Get(request.Id), request.Parameters);
        Metadata.Merge(dispute, parameters);
        foreach (var (name, text) in parameters.Map("evidence") ?? [])
            dispute["evidence"]![name] = text?.DeepClone();
        if (parameters.Map("evidence") is null || (parameters.Has("submit") && !parameters.Flag("submit")))
        {
            events.Add("charge.dispute.updated", store.Save(dispute));
            return dispute;
        }

        var isInquiry = IsInquiry(dispute);
        var details = dispute["evidence_details"]!.AsObject();
        details.With("has_evidence", true).With("submission_count", details.Number("submission_count") + 1);
        Become(dispute, dispute.Status().Replace("needs_response", "under_review", StringComparison.Ordinal));
        if (((string?)dispute["evidence"]!["uncategorized_text"] switch
        {
            "winning_evidence" => Wins,
            "losing_evidence" => Loses,
            "escalate_inquiry_evidence" when isInquiry => Escalates,
            _ => null,
        }) is { } end)
            decisions.Schedule(end, dispute);
        return dispute;
    }

    public JsonNode Close(StripeRequest request)
    {
        var dispute = Get(request.Id);
        return Become(dispute, IsInquiry(dispute) ? "warning_closed" : "lost");
    }

    public JsonObject Get(string id) => store.Find(Kind, id) ?? throw StripeFailure.Missing("dispute", id, "dispute");

    private void Withdraw(JsonObject dispute) =>
        Move(dispute, -dispute.Number("amount"), Balance.DisputeFee, "charge.dispute.funds_withdrawn");

    private void Move(JsonObject dispute, long amount, long fee, string type)
    {
        dispute["balance_transactions"]!.AsArray().Add(balance.Add("adjustment", "dispute", amount, fee, dispute).DeepClone());
        events.Add(type, store.Save(dispute));
    }

    private JsonObject New(JsonObject charge, long amount, string status, string reason) => new()
    {
        ["id"] = Objects.NewId("du"),
        ["object"] = Kind,
        ["amount"] = amount,
        ["balance_transactions"] = new JsonArray(),
        ["charge"] = charge.Text("id"),
        ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
        ["currency"] = charge.Text("currency"),
        ["enhanced_eligibility_types"] = new JsonArray(),
        ["evidence"] = new JsonObject { ["uncategorized_text"] = null },
        ["evidence_details"] = new JsonObject
        {
            ["due_by"] = (time.GetUtcNow() + TimeToRespond).ToUnixTimeSeconds(),
            ["has_evidence"] = false,
            ["past_due"] = false,
            ["submission_count"] = 0L,
        },
        ["is_charge_refundable"] = status.StartsWith("warning_", StringComparison.Ordinal),
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["payment_intent"] = charge.Text("payment_intent"),
        ["reason"] = reason,
        ["status"] = status,
    };
}
