namespace CreditSystem.Bench.Ledger;

/// <summary>What one run of one load came to.</summary>
/// <param name="Rate">Operations per second: requests, or transfers where a request carries many.</param>
/// <param name="Failures">How many requests had another answer than success.</param>
/// <param name="Count">How many operations there were.</param>
internal sealed record Measurement(
    string Name, int Connections, double Rate, double P50Milliseconds, double P99Milliseconds, int Failures = 0, int Count = 0)
{
    /// <summary>The median of each address that was asked, in milliseconds.</summary>
    public double[] Medians { get; init; } = [];

    /// <summary>Which repetition of all loads it belongs to, from 1.</summary>
    public int Round { get; init; }

    /// <summary>The processor time of the API for each operation, in microseconds; 0 where the API had no part in it.</summary>
    public double ProcessorMicroseconds { get; init; }

    public static Measurement Of(string name, int connections, List<double> latencies, double seconds, int perRequest, int failures)
    {
        latencies.Sort();
        var count = latencies.Count * perRequest;
        return new Measurement(name, connections, count / seconds, At(latencies, 0.5), At(latencies, 0.99), failures, count);
    }

    /// <summary>The run with the median rate: interleaved runs see the same machine, and one bad moment counts once.</summary>
    public static Measurement Median(IEnumerable<Measurement> runs)
    {
        var ordered = runs.OrderBy(run => run.Rate).ToList();
        return ordered[ordered.Count / 2];
    }

    public static double At(List<double> sorted, double quantile) => sorted.Count == 0 ? 0 : sorted[Math.Min((int)(sorted.Count * quantile), sorted.Count - 1)];
}
