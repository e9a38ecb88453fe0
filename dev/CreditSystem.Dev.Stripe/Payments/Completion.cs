namespace CreditSystem.Dev.Stripe.Payments;

/// <summary>Capturing and cancelling payments.</summary>
internal sealed class Completion(
    ObjectStore store, PaymentIntents intents, Charges charges, Confirmation confirmation, EventLog events, TimeProvider time)
{
    internal static readonly string[] CaptureParameters = ["amount_to_capture", "final_capture", "metadata"];
    internal static readonly string[] CancelParameters = ["cancellation_reason"];

    private const string Cancelable = "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing";

    public JsonNode Capture(StripeRequest request)
    {
        var intent = intents.Get(request.Id);
        if (intent.Status() != "requires_capture")
            throw PaymentIntents.Unexpected(intent, "captured", "requires_capture");
        var amount = request.Parameters.Number("amount_to_capture") ?? intent.Number("amount_capturable");
        if (amount < 1 || amount > intent.Number("amount_capturable"))
            throw StripeFailure.Invalid(
                "The requested capture amount is greater than the amount you can capture for this charge.", "amount_too_large",
                "amount_to_capture");
        Metadata.Merge(intent, request.Parameters);
        var charge = store.Find(intent.Text("latest_charge"))!;
        charges.Capture(charge, amount);
        return confirmation.Succeed(intent, charge);
    }

    public JsonNode Cancel(StripeRequest request)
    {
        var intent = intents.Get(request.Id);
        if (!Cancelable.Split(", ").Contains(intent.Status()))
            throw PaymentIntents.Unexpected(intent, "canceled", Cancelable);
        var reason = request.Parameters.OneOf(
            "cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned") ?? "requested_by_customer";
        if (intent.Status() == "requires_capture")
            charges.Release(store.Find(intent.Text("latest_charge"))!);
        store.Save(intent.With("status", "canceled").With("canceled_at", time.GetUtcNow().ToUnixTimeSeconds())
            .With("cancellation_reason", reason).With("amount_capturable", 0L).With("next_action", null));
        events.Add("payment_intent.canceled", intent);
        return intent;
    }
}
