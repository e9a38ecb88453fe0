using System.Diagnostics;

namespace CreditSystem.Api.Webhooks;

/// <summary>
/// Spans of the outbox, by OpenTelemetry's conventions for messaging. They begin traces of their own, since the log does not
/// keep who was traced. No tag names a tenant, an address or what is told.
/// </summary>
internal static class WebhookTracing
{
    private const string Destination = "webhooks";

    private static readonly ActivitySource Source = new(WebhookMetrics.MeterName);

    /// <summary>Events that are queued for those who want them.</summary>
    public static Activity? Queue(int events) => Start("create", ActivityKind.Internal)?.SetTag("messaging.batch.message_count", events);

    /// <summary>One attempt to deliver; the request itself is below it.</summary>
    public static Activity? Send(WebhookDelivery delivery) => Start("send", ActivityKind.Producer)
        ?.SetTag("messaging.message.id", delivery.Event)
        .SetTag("messaging.message.body.size", delivery.Body.Length)
        .SetTag("webhook.attempt", delivery.Attempts);

    public static void Answered(this Activity? activity, int? status, string? error)
    {
        if (status is >= 200 and < 300)
            return;
        activity?.SetTag("error.type", error ?? status?.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .SetStatus(ActivityStatusCode.Error);
    }

    private static Activity? Start(string operation, ActivityKind kind) => Source.StartActivity($"{operation} {Destination}", kind)
        ?.SetTag("messaging.system", "credit_system")
        .SetTag("messaging.destination.name", Destination)
        .SetTag("messaging.operation.name", operation)
        .SetTag("messaging.operation.type", operation);
}
