namespace CreditSystem.Dev.Stripe.Events;

/// <summary>What happens, as events that can be listed and that endpoints are told of.</summary>
internal sealed class EventLog(ObjectStore store, WorkSignal deliveries, TimeProvider time)
{
    /// <summary>The version of the API that objects here look like, and that Stripe.net 53 asks for.</summary>
    internal const string ApiVersion = "2026-10-28.endive";

    internal const string Kind = "event";
    internal const string DeliveryKind = "_delivery";
    internal const string EndpointKind = "webhook_endpoint";

    internal static readonly string[] ListParameters = ["type", "types", "delivery_success", .. Pages.Parameters];

    /// <summary>Which request causes what happens now; null for what Stripe, a bank or a payer does by itself.</summary>
    public JsonObject? Request { get; set; }

    /// <param name="type">Such as <c>charge.refunded</c>.</param>
    /// <param name="value">The object as it is now.</param>
    /// <param name="previous">What its members were before, where they changed.</param>
    public void Add(string type, JsonObject value, JsonObject? previous = null)
    {
        var endpoints = store.All(EndpointKind).Where(endpoint => endpoint.Status() == "enabled" && Wants(endpoint, type)).ToList();
        var data = new JsonObject { ["object"] = Objects.Public(value) };
        if (previous is not null)
            data["previous_attributes"] = previous;
        var added = store.Save(new JsonObject
        {
            ["id"] = Objects.NewId("evt"),
            ["object"] = Kind,
            ["api_version"] = ApiVersion,
            ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
            ["data"] = data,
            ["livemode"] = false,
            ["pending_webhooks"] = (long)endpoints.Count,
            ["request"] = Request?.DeepClone() ?? new JsonObject { ["id"] = null, ["idempotency_key"] = null },
            ["type"] = type,
        });
        foreach (var endpoint in endpoints)
            Queue(added, endpoint);
    }

    /// <summary>Tells the endpoints of an event again, as the dashboard's button does.</summary>
    public void Resend(JsonObject known)
    {
        foreach (var endpoint in store.All(EndpointKind).Where(endpoint => endpoint.Status() == "enabled"))
            Queue(known, endpoint);
    }

    /// <summary>Looks again whether something is to be delivered.</summary>
    public void Wake() => deliveries.Set();

    public JsonNode Find(StripeRequest request) => store.Find(Kind, request.Id) ?? throw StripeFailure.Missing("event", request.Id, "id");

    public JsonNode List(StripeRequest request)
    {
        var parameters = request.Parameters;
        if (parameters.Has("type") && parameters.Has("types"))
            throw StripeFailure.Invalid("You can only set one of type and types.", param: "types");
        string[] types = parameters.Text("type") is { } type ? [type] : [.. parameters.Items("types")];
        var delivered = parameters.Has("delivery_success") ? parameters.Flag("delivery_success") : (bool?)null;
        return Pages.Page(
            store.All(Kind).Where(value => (types.Length == 0 || types.Any(wanted => Matches(wanted, value.Text("type"))))
                && (delivered is null || delivered == (value.Number("pending_webhooks") == 0))),
            parameters, "/v1/events", id => store.Find(Kind, id));
    }

    private static bool Wants(JsonObject endpoint, string type) =>
        endpoint["enabled_events"]!.AsArray().Any(wanted => Matches((string)wanted!, type));

    /// <summary><c>charge.*</c> is all that is about charges.</summary>
    private static bool Matches(string wanted, string type) =>
        wanted == "*" || wanted == type
        || (wanted.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(wanted[..^1], StringComparison.Ordinal));

    private void Queue(JsonObject known, JsonObject endpoint)
    {
        store.Save(new JsonObject
        {
            ["id"] = Objects.NewId("dlv"),
            ["object"] = DeliveryKind,
            ["event"] = known.Text("id"),
            ["endpoint"] = endpoint.Text("id"),
            ["attempts"] = 0L,
            ["due"] = time.GetUtcNow().ToUnixTimeMilliseconds(),
            ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
        });
        deliveries.Set();
    }
}
