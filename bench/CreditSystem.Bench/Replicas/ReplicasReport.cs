using System.Globalization;
using System.Text;
using System.Text.Json;
using CreditSystem.Bench.Ledger;

namespace CreditSystem.Bench.Replicas;

/// <param name="Plan">What was measured.</param>
/// <param name="Runs">All rounds of all setups.</param>
/// <param name="Takeovers">For each kill, how long the longest request waited, in seconds.</param>
/// <param name="IdleCores">How much of a processor each setup takes when nobody asks.</param>
/// <param name="LocalCallMicroseconds">What a cluster costs a call of the replica that owns the log.</param>
internal sealed record ReplicasReport(
    ReplicasPlan Plan, List<SetupRun> Runs, List<double> Takeovers, Dictionary<string, double> IdleCores, double LocalCallMicroseconds)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Why the figures are not to be published; null where nothing speaks against it.</summary>
    private string? Void => Runs.Exists(run => run.Singles.Failures + run.Batches.Failures + run.Tenants.Failures > 0)
        ? "not all requests were answered"
        : null;

    public string ToJson() => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["void"] = Void,
        ["replicas_1_of_none"] = Ratio(Setup.One, Setup.Alone, run => run.Singles.Rate),
        ["replicas_2"] = Ratio(Setup.Two, Setup.One, run => run.Singles.Rate),
        ["replicas_2_p99"] = Ratio(Setup.Two, Setup.One, run => run.Singles.P99Milliseconds),
        ["replicas_3"] = Ratio(Setup.Three, Setup.One, run => run.Singles.Rate),
        ["replicas_3_p99"] = Ratio(Setup.Three, Setup.One, run => run.Singles.P99Milliseconds),
        ["batches_2"] = Ratio(Setup.Two, Setup.One, run => run.Batches.Rate),
        ["batches_3"] = Ratio(Setup.Three, Setup.One, run => run.Batches.Rate),
        ["tenants_2"] = Ratio(Setup.Two, Setup.One, run => run.Tenants.Rate),
        ["tenants_3"] = Ratio(Setup.Three, Setup.One, run => run.Tenants.Rate),
        ["takeover_worst_s"] = Takeovers.Count == 0 ? null : Takeovers.Max(),
        ["takeover_median_s"] = Takeovers.Count == 0 ? null : Takeovers.Order().ElementAt(Takeovers.Count / 2),
        ["local_call_overhead_us"] = LocalCallMicroseconds,
        ["idle_cores"] = IdleCores,
        ["cores_each"] = Plan.Cores,
        ["runs"] = Runs,
        ["takeovers"] = Takeovers,
        ["processors"] = Environment.ProcessorCount,
    }, Options);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        Table(text, "single, one tenant", run => run.Singles);
        Table(text, $"batches of {ReplicasPlan.BatchSize}, one tenant", run => run.Batches);
        Table(text, $"single, {ReplicasPlan.Tenants} tenants", run => run.Tenants);
        foreach (var (setup, cores) in IdleCores)
            text.AppendLine(CultureInfo.InvariantCulture, $"Idle, {setup}: {cores:F3} of a processor.");
        text.AppendLine(CultureInfo.InvariantCulture, $"A call of the owner: {LocalCallMicroseconds:F2} µs more than without a cluster.");
        if (Takeovers.Count > 0)
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{Takeovers.Count} kills: a log was away for {Takeovers.Order().ElementAt(Takeovers.Count / 2):F2} s (median), "
                + $"{Takeovers.Max():F2} s (worst).");
        if (Void is { } reason)
            text.AppendLine($"Void: {reason}.");
        return text.ToString();
    }

    private void Table(StringBuilder text, string name, Func<SetupRun, Measurement> which)
    {
        if (Runs.Count == 0)
            return;
        text.AppendLine(
            $"| {name}: replicas | per second | of one, or of the unchanged (lowest–highest round) | p50 ms, by replica | p99 ms "
            + "| of one | processor, µs each |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var setup in Runs.Select(run => run.Setup).Distinct())
        {
            var run = Measurement.Median(Runs.Where(run => run.Setup == setup).Select(which));
            var peer = setup.IsChanged ? setup with { IsChanged = false } : Setup.One;
            var ratios = Ratios(setup, peer, run => which(run).Rate);
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {setup} | {run.Rate:N0} | {Median(ratios):F2} ({ratios.Min():F2}–{ratios.Max():F2}) | "
                + $"{string.Join(", ", run.Medians.Select(Show))} | {run.P99Milliseconds:F1} | "
                + $"{Ratio(setup, peer, run => which(run).P99Milliseconds):F2} | {run.ProcessorMicroseconds:F0} |");
        }
        text.AppendLine();
    }

    private double? Ratio(Setup setup, Setup to, Func<SetupRun, double> figure) =>
        Ratios(setup, to, figure) is { Count: > 0 } ratios && !double.IsNaN(ratios[0]) ? Median(ratios) : null;

    /// <summary>One for each round: what both saw of the machine is the same.</summary>
    private List<double> Ratios(Setup setup, Setup to, Func<SetupRun, double> figure) =>
    [
        .. Runs.Where(run => run.Setup == setup).Select(run =>
            figure(run) / (Runs.Find(other => other.Setup == to && other.Round == run.Round) is { } other ? figure(other) : double.NaN)),
    ];

    private static double Median(List<double> figures) => figures.Order().ElementAt(figures.Count / 2);

    private static string Show(double milliseconds) => milliseconds.ToString("F1", CultureInfo.InvariantCulture);
}
