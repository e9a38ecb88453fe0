using CreditSystem.Dev.Stripe.Payments;

namespace CreditSystem.Dev.Stripe.Customers;

/// <summary>Cards: the documented test cards, used once or saved for a customer.</summary>
internal sealed class PaymentMethods(ObjectStore store, EventLog events, TimeProvider time)
{
    internal const string Kind = "payment_method";

    internal static readonly string[] CreateParameters = ["type", "card", "billing_details", "metadata", "allow_redisplay"];
    internal static readonly string[] UpdateParameters = ["billing_details", "metadata"];
    internal static readonly string[] ListParameters = ["customer", "type", .. Pages.Parameters];

    private const long ExpiryYear = 2040;

    public JsonNode Create(StripeRequest request)
    {
        var parameters = request.Parameters;
        var data = new JsonObject(parameters.Names.Where(name => parameters.Map(name) is not null)
            .Select(name => KeyValuePair.Create(name, (JsonNode?)parameters.Map(name)!.DeepClone())));
        return Make(data.With("type", parameters.RequireText("type")));
    }

    public JsonNode Find(StripeRequest request) => Get(request.Id);

    public JsonNode List(StripeRequest request) =>
        List(request.Parameters.RequireText("customer"), request.Parameters, "/v1/payment_methods");

    public JsonNode ListOfCustomer(StripeRequest request) =>
        List(request.Id, request.Parameters, $"/v1/customers/{request.Id}/payment_methods");

    public JsonNode Update(StripeRequest request)
    {
        var method = Get(request.Id);
        Metadata.Merge(method, request.Parameters);
        events.Add("payment_method.updated", store.Save(method));
        return method;
    }

    public JsonNode Attach(StripeRequest request)
    {
        var (method, customer) = (Resolve(request.Id, "payment_method"), RequireCustomer(request.Parameters.RequireText("customer"))!);
        if (method.TextOrNull("customer") is { } other && other != customer.Text("id"))
            throw StripeFailure.Invalid(
                "The payment method you provided has already been attached to a customer.", "payment_method_unexpected_state");
        Attach(method, customer.Text("id"));
        return method;
    }

    public JsonNode Detach(StripeRequest request)
    {
        var method = Get(request.Id);
        if (method.TextOrNull("customer") is null)
            throw StripeFailure.Invalid("The payment method you provided is not attached to a customer so detachment is impossible.");
        events.Add("payment_method.detached", store.Save(method.With("customer", null).With("_detached", true)));
        return method;
    }

    /// <summary>A stored one; or a new one of the test card that the id names.</summary>
    public JsonObject Resolve(string id, string param) =>
        Find(id) ?? (TestCards.Find(id) is { } card ? store.Save(New(card)) : throw StripeFailure.Missing("PaymentMethod", id, param));

    public JsonObject? Find(string? id) => store.Find(Kind, id);

    /// <summary>One of the data that a form has sent: a token, or a test card's number.</summary>
    public JsonObject Make(JsonObject data)
    {
        if (data.Text("type") != "card" || data["card"] is not JsonObject given)
            throw StripeFailure.Invalid("Only the type card is a part of this development server.", param: "type");
        var card = given.TextOrNull("token") is { } token ? TestCards.Find(token) : TestCards.FindNumber(given.Text("number"));
        if (card is null)
            throw new StripeFailure(402, "card_error", "incorrect_number", "Your card number is incorrect: it is no test card's.")
            {
                Param = "number",
            };
        var method = New(card);
        if (data["billing_details"] is JsonObject billing)
            method["billing_details"] = billing.DeepClone();
        if (data["metadata"] is JsonObject metadata)
            method["metadata"] = metadata.DeepClone();
        return store.Save(method);
    }

    /// <summary>The customer that a parameter names; null where it names none.</summary>
    public JsonObject? RequireCustomer(string? id) => id is null
        ? null
        : store.Find(CustomerList.Kind, id) ?? throw StripeFailure.Invalid($"No such customer: '{id}'", "resource_missing", "customer");

    /// <summary>One that is a customer's is only for payments of that customer; one that is nobody's is for one payment.</summary>
    public void RequireUsable(JsonObject method, string? customer)
    {
        if (method.TextOrNull("customer") is { } owner && owner != customer)
            throw StripeFailure.Invalid(customer is null
                ? $"The payment method {method.Text("id")} belongs to a customer. Please include the customer in the `customer` parameter."
                : $"The payment method {method.Text("id")} does not belong to the customer {customer}.", param: "payment_method");
        if (method.TextOrNull("customer") is null && (method.Flag("_detached") || store.All(Charges.Kind).Any(
            charge => charge.Flag("paid") && charge.Text("payment_method") == method.Text("id"))))
            throw StripeFailure.Invalid(
                "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or was detached from a "
                    + "Customer, and may not be used again. To use a PaymentMethod multiple times, attach it to a Customer first.",
                param: "payment_method");
    }

    public void SaveForFuture(JsonObject method, string? customer, bool isOffSession)
    {
        if (isOffSession)
            store.Save(method.With("_set_up", true));
        if (customer is not null && method.TextOrNull("customer") is null)
            Attach(method, customer);
    }

    private void Attach(JsonObject method, string customer)
    {
        var card = TestCards.Of(method);
        if (!card.CanBeAttached)
            throw new StripeFailure(402, "card_error", card.ErrorCode, card.Message) { DeclineCode = card.DeclineCode };
        events.Add("payment_method.attached", store.Save(method.With("customer", customer)));
    }

    private JsonObject Get(string id) => Find(id) ?? throw StripeFailure.Missing("PaymentMethod", id, "payment_method");

    private JsonObject List(string customer, Parameters parameters, string url)
    {
        RequireCustomer(customer);
        return Pages.Page(store.All(Kind).Where(method => method.Text("customer") == customer), parameters, url, Find);
    }

    private JsonObject New(TestCard card) => new()
    {
        ["id"] = Objects.NewId("pm"),
        ["object"] = Kind,
        ["allow_redisplay"] = "unspecified",
        ["billing_details"] = new JsonObject { ["address"] = null, ["email"] = null, ["name"] = null, ["phone"] = null },
        ["card"] = new JsonObject
        {
            ["brand"] = card.Brand,
            ["country"] = card.Country,
            ["exp_month"] = 12L,
            ["exp_year"] = ExpiryYear,
            ["fingerprint"] = card.Fingerprint,
            ["funding"] = card.Funding,
            ["last4"] = card.Number[^4..],
        },
        ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
        ["customer"] = null,
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["type"] = "card",
    };
}
