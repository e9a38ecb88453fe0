using System.Diagnostics.Metrics;

namespace CreditSystem.Api.Webhooks;

/// <summary>What becomes of deliveries. No label carries an id, an address or a tenant.</summary>
internal sealed class WebhookMetrics
{
    public const string MeterName = "CreditSystem.Webhooks";

    private readonly Counter<long> attempts;
    private readonly Counter<long> queued;
    private readonly Counter<long> changes;
    private long? caughtUpAt;

    public WebhookMetrics(IMeterFactory factory, TimeProvider time)
    {
        var meter = factory.Create(MeterName);
        attempts = meter.CreateCounter<long>("credit_system_webhook_attempts", description: "Attempts to deliver an event, by outcome");
        queued = meter.CreateCounter<long>("credit_system_webhook_events_queued", description: "Events queued for an endpoint");
        changes = meter.CreateCounter<long>(
            "credit_system_webhook_endpoint_changes", description: "Endpoints that were paused, disabled or enabled again");
        meter.CreateObservableGauge(
            "credit_system_webhook_lag",
            () => caughtUpAt is { } at ? [new Measurement<double>(
                time.GetElapsedTime(at).TotalSeconds)] : Array.Empty<Measurement<double>>(), "s",
            "Time since every event of the log was queued, on the replica that reads it");
    }

    /// <param name="timestamp">When every event was queued; null while another replica reads the log, or nobody has an endpoint.</param>
    public void CaughtUp(long? timestamp) => caughtUpAt = timestamp;

    public void Attempted(string outcome) => attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Queued(int count) => queued.Add(count);

    /// <param name="state">paused, disabled or enabled.</param>
    public void EndpointChanged(string state) => changes.Add(1, new KeyValuePair<string, object?>("state", state));
}
