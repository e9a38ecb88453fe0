using System.Diagnostics.Metrics;

namespace CreditSystem.Api.Payments;

/// <summary>What becomes of payments and of the provider's notices. No label carries an id.</summary>
internal sealed class PaymentMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> settlements;
    private readonly Counter<long> notices;

    public PaymentMetrics(IMeterFactory factory)
    {
        meter = factory.Create("CreditSystem.Payments");
        settlements = meter.CreateCounter<long>(
            "credit_system_payment_settlements", description: "Credits for payments, and recoveries that fell short, by outcome");
        notices = meter.CreateCounter<long>("credit_system_payment_notices", description: "Notices of the payment provider, by outcome");
    }

    public void Settled(string step, string outcome) =>
        settlements.Add(1, new("step", step), new KeyValuePair<string, object?>("outcome", outcome));

    public void Noticed(string outcome) => notices.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose() => meter.Dispose();
}
