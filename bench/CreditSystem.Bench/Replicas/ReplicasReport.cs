using System.Globalization;
using System.Text;
using System.Text.Json;
using CreditSystem.Bench.Ledger;

namespace CreditSystem.Bench.Replicas;

/// <param name="Plan">What was measured.</param>
/// <param name="Runs">All rounds of all setups.</param>
/// <param name="Takeovers">For each kill, how long the longest request waited, in seconds.</param>
internal sealed record ReplicasReport(ReplicasPlan Plan, List<SetupRun> Runs, List<double> Takeovers)
{
    private const double MostDrift = 0.2;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private static readonly Setup One = new(1, IsClustered: true);
    private static readonly Setup Alone = new(1, IsClustered: false);

    /// <summary>Why the figures are not to be published; null where nothing speaks against it.</summary>
    private string? Void
    {
        get
        {
            var rates = Runs.Where(run => run.Setup == Alone).Select(run => run.Singles.Rate).ToList();
            var drift = 1 - rates.Min() / rates.Max();
            return drift > MostDrift
                ? string.Create(CultureInfo.InvariantCulture, $"the machine is busy: one replica alone differs by {drift:P0} among the rounds")
                : Runs.Exists(run => run.Singles.Failures + run.Batches.Failures > 0) ? "not all requests were answered" : null;
        }
    }

    public string ToJson() => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["void"] = Void,
        ["replicas_1_of_none"] = Singles(One).Rate / Singles(Alone).Rate,
        ["replicas_2"] = Singles(new(2, true)).Rate / Singles(One).Rate,
        ["replicas_2_p99"] = Singles(new(2, true)).P99Milliseconds / Singles(One).P99Milliseconds,
        ["replicas_3"] = Singles(new(3, true)).Rate / Singles(One).Rate,
        ["replicas_3_p99"] = Singles(new(3, true)).P99Milliseconds / Singles(One).P99Milliseconds,
        ["batches_2"] = Batches(new(2, true)).Rate / Batches(One).Rate,
        ["batches_3"] = Batches(new(3, true)).Rate / Batches(One).Rate,
        ["takeover_worst_s"] = Takeovers.Count == 0 ? null : Takeovers.Max(),
        ["takeover_median_s"] = Takeovers.Count == 0 ? null : Takeovers.Order().ElementAt(Takeovers.Count / 2),
        ["runs"] = Runs,
        ["takeovers"] = Takeovers,
        ["processors"] = Environment.ProcessorCount,
    }, Options);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("| replicas | single /s | of one | p50 ms, by replica | p99 ms | batches of 100 /s | p99 ms |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var setup in Runs.Select(run => run.Setup).Distinct())
        {
            var (single, batch) = (Singles(setup), Batches(setup));
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {setup} | {single.Rate:N0} | {single.Rate / Singles(One).Rate:F2} | {string.Join(", ", single.Medians.Select(Show))} | {single.P99Milliseconds:F1} | {batch.Rate:N0} | {batch.P99Milliseconds:F1} |");
        }
        if (Takeovers.Count > 0)
            text.AppendLine().AppendLine(
                CultureInfo.InvariantCulture,
                $"{Takeovers.Count} kills: a log was away for {Takeovers.Order().ElementAt(Takeovers.Count / 2):F2} s (median), {Takeovers.Max():F2} s (worst).");
        if (Void is { } reason)
            text.AppendLine().AppendLine($"Void: {reason}.");
        return text.ToString();
    }

    private Measurement Singles(Setup setup) => Measurement.Median(Runs.Where(run => run.Setup == setup).Select(run => run.Singles));

    private Measurement Batches(Setup setup) => Measurement.Median(Runs.Where(run => run.Setup == setup).Select(run => run.Batches));

    private static string Show(double milliseconds) => milliseconds.ToString("F1", CultureInfo.InvariantCulture);
}
