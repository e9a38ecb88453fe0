using CreditSystem.Dev.Stripe.Customers;
using CreditSystem.Dev.Stripe.Payments;
using CreditSystem.Dev.Stripe.Reversals;

namespace CreditSystem.Dev.Stripe.Control;

/// <summary>
/// What Stripe's API has no words for: what payers, banks and Stripe itself do, and what goes wrong on the way. People have it as a
/// page, programs as <c>POST /control/…</c>, tests as methods.
/// </summary>
internal sealed class Operator(StripeApi api, ObjectStore store, Faults faults, Operator.Parts parts)
{
    private const string DefaultCard = "pm_card_visa";

    internal sealed record Parts(
        PaymentMethods Methods, PaymentIntents Intents, Confirmation Confirmation, SetupIntents Setups, Refunds Refunds, Disputes Disputes,
        EventLog Events, Decisions Decisions, WebhookSender Sender);

    public Faults Faults { get; } = faults;

    /// <summary>Whether events wait instead of being delivered.</summary>
    public bool IsSilent
    {
        get => parts.Sender.IsPaused;
        set => api.Execute(() =>
        {
            parts.Sender.IsPaused = value;
            parts.Events.Wake();
            return value;
        });
    }

    /// <summary>The payer completes a payment in the browser.</summary>
    /// <exception cref="StripeFailure">The card is declined, or the payment is in no state for it.</exception>
    public JsonObject Pay(string intent, string? card = null) => Run(() => parts.Intents.Confirm(new StripeRequest(
        intent, new Parameters([new("payment_method", card ?? DefaultCard)]), "req_browser", null)));

    /// <summary>The holder of the card answers what the bank asks.</summary>
    public JsonObject Authenticate(string id, bool agrees) => Run(() => id.StartsWith("seti_", StringComparison.Ordinal)
        ? parts.Setups.Authenticate(parts.Setups.Get(id), agrees)
        : parts.Confirmation.Authenticate(parts.Intents.Get(id), agrees));

    /// <summary>The merchant refunds in the dashboard.</summary>
    public JsonObject Refund(string intent, long? amount = null, string? status = null) =>
        Run(() => parts.Refunds.Create(ChargeOf(intent), amount, status, "requested_by_customer"));

    /// <summary>The payer asks the bank for the money.</summary>
    public JsonObject Dispute(string intent, long? amount = null, string status = "needs_response", string reason = "fraudulent") =>
        Run(() => parts.Disputes.Open(ChargeOf(intent), amount, status, reason));

    /// <summary>A refund or a dispute comes to another state.</summary>
    public JsonObject Become(string id, string status) => Run(() => id.StartsWith("re_", StringComparison.Ordinal)
        ? parts.Refunds.Become(parts.Refunds.Get(id), status)
        : parts.Disputes.Become(parts.Disputes.Get(id), status));

    /// <summary>Everything that banks have still to decide is decided now.</summary>
    public int DecideAll() => api.Execute(parts.Decisions.DecideAll);

    /// <summary>Sends an event once more.</summary>
    public JsonObject Resend(string id) => Run(() =>
    {
        var known = store.Find(EventLog.Kind, id) ?? throw StripeFailure.Missing("event", id, "id");
        parts.Events.Resend(known);
        return known;
    });

    /// <summary>
    /// Forgets an object, and what is about it, as if it had never been: what a provider does not do, and what a reconciliation must find.
    /// </summary>
    public int Forget(string id) => api.Execute(() =>
    {
        string[] kinds = [Charges.Kind, Reversals.Refunds.Kind, Reversals.Disputes.Kind];
        var about = kinds.SelectMany(store.All).Where(value => value.Text("payment_intent") == id);
        var gone = about.Append(store.Find(id)).OfType<JsonObject>().ToList();
        foreach (var value in gone)
            store.Remove(value);
        return gone.Count;
    });

    /// <summary>All of a kind, newest first, as they are now.</summary>
    public IReadOnlyList<JsonObject> All(string kind, int limit) =>
        api.Execute(() => store.All(kind).Reverse().Take(limit).Select(value => value.DeepClone().AsObject()).ToList());

    private JsonObject Run(Func<JsonNode> operation) => api.Execute(() => Objects.Public(operation())!.AsObject());

    private JsonObject ChargeOf(string intent) => store.Find(parts.Intents.Get(intent).TextOrNull("latest_charge"))
        ?? throw StripeFailure.Invalid($"The payment {intent} has not been paid.");
}
