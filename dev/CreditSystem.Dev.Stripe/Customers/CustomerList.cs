using CreditSystem.Dev.Stripe.Payments;

namespace CreditSystem.Dev.Stripe.Customers;

/// <summary>Payers whose cards are saved.</summary>
internal sealed class CustomerList(ObjectStore store, EventLog events, TimeProvider time)
{
    internal const string Kind = "customer";

    internal static readonly string[] CreateParameters = ["name", "email", "phone", "description", "metadata"];
    internal static readonly string[] UpdateParameters = ["invoice_settings", .. CreateParameters];
    internal static readonly string[] ListParameters = ["email", .. Pages.Parameters];

    private static readonly string[] Texts = ["name", "email", "phone", "description"];

    public JsonNode Create(StripeRequest request)
    {
        var customer = new JsonObject
        {
            ["id"] = Objects.NewId("cus"),
            ["object"] = Kind,
            ["balance"] = 0L,
            ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
            ["currency"] = null,
            ["default_source"] = null,
            ["delinquent"] = false,
            ["invoice_settings"] = new JsonObject { ["default_payment_method"] = null },
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
        };
        foreach (var name in Texts)
            customer[name] = request.Parameters.Text(name);
        Metadata.Merge(customer, request.Parameters);
        events.Add("customer.created", store.Save(customer));
        return customer;
    }

    public JsonNode Find(StripeRequest request) => Get(request.Id);

    public JsonNode List(StripeRequest request)
    {
        var email = request.Parameters.Text("email");
        return Pages.Page(
            store.All(Kind).Where(customer => email is null || customer.Text("email") == email),
            request.Parameters, "/v1/customers", id => store.Find(Kind, id));
    }

    public JsonNode Update(StripeRequest request)
    {
        var (customer, parameters) = (Get(request.Id), request.Parameters);
        foreach (var name in Texts.Where(parameters.Has))
            customer[name] = parameters.Text(name);
        if (parameters.Map("invoice_settings")?["default_payment_method"] is { } method)
            customer["invoice_settings"]!["default_payment_method"] = method.DeepClone();
        Metadata.Merge(customer, parameters);
        events.Add("customer.updated", store.Save(customer));
        return customer;
    }

    /// <summary>The cards of a customer who is deleted cannot be used any more.</summary>
    public JsonNode Delete(StripeRequest request)
    {
        var customer = Get(request.Id);
        foreach (var method in store.All(PaymentMethods.Kind).Where(method => method.Text("customer") == request.Id).ToList())
            store.Save(method.With("customer", null).With("_detached", true));
        store.Remove(customer);
        events.Add("customer.deleted", customer);
        return new JsonObject { ["id"] = request.Id, ["object"] = Kind, ["deleted"] = true };
    }

    private JsonObject Get(string id) => store.Find(Kind, id) ?? throw StripeFailure.Missing("customer", id, "id");
}
