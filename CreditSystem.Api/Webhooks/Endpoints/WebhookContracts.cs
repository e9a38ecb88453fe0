namespace CreditSystem.Api.Webhooks.Endpoints;

/// <summary>Asks to be told of events.</summary>
/// <param name="Url">Where to, by HTTPS; at a public address.</param>
/// <param name="Types">Which events, such as <c>transfer.posted</c>; all by default.</param>
public sealed record CreateWebhookEndpointRequest(
    string Url, [property: ValuesOf(typeof(WebhookTypes))] IReadOnlyList<string>? Types = null);

/// <summary>Changes an endpoint; what is absent stays as it is.</summary>
/// <param name="Url">Where to, by HTTPS; at a public address.</param>
/// <param name="Types">Which events; an empty list for all.</param>
public sealed record ChangeWebhookEndpointRequest(string? Url = null, IReadOnlyList<string>? Types = null);

/// <param name="OverlapSeconds">How long deliveries are signed with the old secret as well; by default a day.</param>
public sealed record RotateWebhookSecretRequest(int? OverlapSeconds = null);

/// <param name="Status">active; paused: it is left alone until <c>paused_until</c>, or until it is enabled; disabled: until it is
/// enabled.</param>
/// <param name="Failures">Deliveries that have failed since the last one that succeeded.</param>
/// <param name="Reason">Why it is paused or disabled.</param>
public sealed record WebhookEndpointResponse(
    string Id, string Url, [property: ValuesOf(typeof(WebhookTypes))] IReadOnlyList<string> Types,
    [property: AllowedValues("active", "paused", "disabled")] string Status, int Failures, DateTimeOffset? PausedUntil, string? Reason,
    DateTimeOffset CreatedAt)
{
    internal static WebhookEndpointResponse From(WebhookEndpoint endpoint, DateTimeOffset now)
    {
        var isPaused = endpoint.PausedUntil > now.UtcDateTime;
        return new WebhookEndpointResponse(
            endpoint.Id, endpoint.Url, endpoint.Types, endpoint.Disabled ? "disabled" : isPaused ? "paused" : "active", endpoint.Failures,
            isPaused && !endpoint.IsHeld ? WireNames.Time(endpoint.PausedUntil) : null,
            endpoint.Disabled || isPaused ? endpoint.Reason : null,
            WireNames.Time(endpoint.CreatedAt));
    }
}

/// <param name="Secret">What deliveries are signed with: shown this once.</param>
public sealed record IssuedWebhookEndpointResponse(string Secret, WebhookEndpointResponse Endpoint);

public sealed record WebhookEndpointList(IReadOnlyList<WebhookEndpointResponse> Endpoints);

/// <summary>One event on its way to one endpoint.</summary>
/// <param name="Status">pending, delivered, or dead after the last attempt.</param>
/// <param name="LastStatus">What the endpoint answered last.</param>
/// <param name="LastError">Why it did not answer.</param>
public sealed record WebhookDeliveryResponse(
    string Id, string Event, [property: ValuesOf(typeof(DeliveredTypes))] string Type,
    [property: AllowedValues(WebhookDelivery.Pending, WebhookDelivery.Delivered, WebhookDelivery.Dead)] string Status,
    int Attempts, int? LastStatus, string? LastError, DateTimeOffset? NextAt,
    DateTimeOffset CreatedAt)
{
    internal static WebhookDeliveryResponse From(WebhookDelivery delivery) => new(
        delivery.Id, delivery.Event, delivery.Type, delivery.Status, delivery.Attempts, delivery.LastStatus, delivery.LastError,
        delivery.Status == WebhookDelivery.Pending ? WireNames.Time(delivery.NextAt) : null, WireNames.Time(delivery.CreatedAt));
}

/// <summary>Deliveries, newest first.</summary>
/// <param name="Deliveries">At most as many as were asked for.</param>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record WebhookDeliveryPage(IReadOnlyList<WebhookDeliveryResponse> Deliveries, string? NextCursor);
