using System.Diagnostics.Metrics;

namespace CreditSystem.Api.Payments;

/// <summary>What becomes of payments and of the provider's events. No label carries an id.</summary>
internal sealed class PaymentMetrics
{
    private readonly Counter<long> settlements;
    private readonly Counter<long> events;

    public PaymentMetrics(IMeterFactory factory)
    {
        var meter = factory.Create("CreditSystem.Payments");
        settlements = meter.CreateCounter<long>(
            "credit_system_payment_settlements", description: "Credits for payments, and recoveries that fell short, by outcome");
        events = meter.CreateCounter<long>("credit_system_payment_notices", description: "Events of the payment provider, by outcome");
    }

    /// <summary>Begins the series that alerts look at.</summary>
    public void Begin()
    {
        foreach (var outcome in (string[])["taken", "malformed", "not_credited"])
            events.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void Settled(string step, string outcome) =>
        settlements.Add(1, new("step", step), new KeyValuePair<string, object?>("outcome", outcome));

    public void Received(string outcome) => events.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
