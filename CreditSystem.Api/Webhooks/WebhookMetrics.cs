using System.Diagnostics.Metrics;

namespace CreditSystem.Api.Webhooks;

/// <summary>What becomes of deliveries. No label carries an id, an address or a tenant.</summary>
internal sealed class WebhookMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> attempts;
    private readonly Counter<long> queued;

    public WebhookMetrics(IMeterFactory factory)
    {
        meter = factory.Create("CreditSystem.Webhooks");
        attempts = meter.CreateCounter<long>("credit_system_webhook_attempts", description: "Attempts to deliver an event, by outcome");
        queued = meter.CreateCounter<long>("credit_system_webhook_events_queued", description: "Events queued for an endpoint");
    }

    public void Attempted(string outcome) => attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Queued() => queued.Add(1);

    public void Dispose() => meter.Dispose();
}
