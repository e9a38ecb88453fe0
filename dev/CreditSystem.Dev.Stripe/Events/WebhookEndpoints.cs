using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Dev.Stripe.Events;

/// <summary>Who is told of events: the endpoints of the options, and those that are made by the API.</summary>
internal sealed class WebhookEndpoints(ObjectStore store, TimeProvider time)
{
    internal static readonly string[] CreateParameters = ["url", "enabled_events", "description", "metadata", "api_version"];
    internal static readonly string[] UpdateParameters = ["url", "enabled_events", "description", "metadata", "disabled"];

    /// <summary>Makes those of the options, and ends those of another run's options.</summary>
    public int Configure(IReadOnlyList<Uri> urls, string secret)
    {
        var wanted = urls.ToDictionary(IdOf);
        foreach (var known in store.All(EventLog.EndpointKind).Where(known => known.Flag("_configured")).ToList())
        {
            if (!wanted.ContainsKey(known.Text("id")))
                store.Remove(known);
        }

        foreach (var (id, url) in wanted)
        {
            var endpoint = store.Find(id) ?? New(id, url.ToString(), ["*"]).With("_configured", true);
            store.Save(endpoint.With("_secret", secret));
        }

        return wanted.Count;
    }

    public JsonNode Create(StripeRequest request)
    {
        var parameters = request.Parameters;
        var types = parameters.Items("enabled_events");
        if (types.Count == 0)
            throw Parameters.Required("enabled_events");
        var endpoint = New(Objects.NewId("we"), Url(parameters.RequireText("url")), types);
        endpoint["description"] = parameters.Text("description");
        endpoint["metadata"] = parameters.Map("metadata")?.DeepClone() ?? new JsonObject();
        endpoint["_secret"] = $"whsec_dev_{Objects.NewId("x")[2..]}";
        // Shown this once.
        return store.Save(endpoint).DeepClone().AsObject().With("secret", endpoint.Text("_secret"));
    }

    public JsonNode Find(StripeRequest request) => Get(request.Id);

    public JsonNode List(StripeRequest request) => Pages.Page(
        store.All(EventLog.EndpointKind), request.Parameters, "/v1/webhook_endpoints", id => store.Find(EventLog.EndpointKind, id));

    public JsonNode Update(StripeRequest request)
    {
        var (endpoint, parameters) = (Get(request.Id), request.Parameters);
        if (parameters.Text("url") is { } url)
            endpoint["url"] = Url(url);
        if (parameters.Items("enabled_events") is { Count: > 0 } types)
            endpoint["enabled_events"] = Objects.Array(types.Select(type => (JsonNode)type));
        if (parameters.Has("disabled"))
            endpoint["status"] = parameters.Flag("disabled") ? "disabled" : "enabled";
        return store.Save(endpoint);
    }

    public JsonNode Delete(StripeRequest request)
    {
        store.Remove(Get(request.Id));
        return new JsonObject { ["id"] = request.Id, ["object"] = EventLog.EndpointKind, ["deleted"] = true };
    }

    private JsonObject New(string id, string url, IEnumerable<string> types) => new()
    {
        ["id"] = id,
        ["object"] = EventLog.EndpointKind,
        ["api_version"] = null,
        ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
        ["description"] = null,
        ["enabled_events"] = Objects.Array(types.Select(type => (JsonNode)type)),
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["status"] = "enabled",
        ["url"] = url,
    };

    private static string Url(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? text
        : throw StripeFailure.Invalid($"Invalid URL: {text}", "url_invalid", "url");

    private static string IdOf(Uri url) => $"we_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.ToString())))[..24]}";

    private JsonObject Get(string id) => store.Find(EventLog.EndpointKind, id)
        ?? throw StripeFailure.Missing("webhook endpoint", id, "webhook_endpoint");
}
