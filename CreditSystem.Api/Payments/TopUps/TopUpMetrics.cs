using System.Diagnostics.Metrics;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>What becomes of top-ups. No label carries an id.</summary>
internal sealed class TopUpMetrics
{
    private readonly Counter<long> topUps;

    public TopUpMetrics(IMeterFactory factory)
    {
        var meter = factory.Create("CreditSystem.Payments.TopUps");
        topUps = meter.CreateCounter<long>("credit_system_top_ups", description: "Top-ups of accounts, by outcome");
    }

    /// <param name="outcome">begun, succeeded, declined, stopped, capped, or unknown where the provider did not answer.</param>
    public void ToppedUp(string outcome) => topUps.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Begins the series that alerts look at.</summary>
    public void Begin()
    {
        foreach (var outcome in (string[])["succeeded", "declined", "stopped"])
            topUps.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
    }
}
