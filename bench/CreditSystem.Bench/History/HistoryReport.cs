using System.Globalization;
using System.Text;
using System.Text.Json;
using CreditSystem.Bench.Ledger;

namespace CreditSystem.Bench.History;

/// <summary>Another tenant's transfers without readers and, right after it, with them.</summary>
internal sealed record HistoryRound(Measurement Without, Measurement With, Measurement Readers)
{
    /// <summary>The share of the transfers that the readers take.</summary>
    public double Cost => 1 - With.Rate / Without.Rate;
}

/// <param name="Plan">What was measured.</param>
/// <param name="Reads">All reads, 8 at once.</param>
/// <param name="Rounds">What they cost another tenant.</param>
/// <param name="Last">That tenant's transfers at the end: a quiet machine does as many as before.</param>
internal sealed record HistoryReport(HistoryPlan Plan, List<Measurement> Reads, List<HistoryRound> Rounds, Measurement Last)
{
    private const double MostDrift = 0.2;
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };


    private Measurement Pages => Reads.Find(run => run.Name == "pages, all kinds")!;

    private double Cost => Rounds.Select(round => round.Cost).Order().ElementAt(Rounds.Count / 2);

    /// <summary>Why the figures are not to be published; null where nothing speaks against it.</summary>
    private string? Void
    {
        get
        {
            var rates = Rounds.Select(round => round.Without.Rate).Append(Last.Rate).ToList();
            var drift = 1 - rates.Min() / rates.Max();
            return drift > MostDrift
                ? string.Create(CultureInfo.InvariantCulture, $"the machine is busy: the same transfers differ by {drift:P0} among rounds")
                : Reads.Exists(run => run.Failures > 0) ? "not all requests were answered" : null;
        }
    }

    public string ToJson() => JsonSerializer.Serialize(new
    {
        Void,
        HistoryPagesPerS = Pages.Rate,
        HistoryP50Ms = Pages.P50Milliseconds,
        HistoryP99Ms = Pages.P99Milliseconds,
        HistoryColdP99Ms = WorstP99("cold"),
        StatementP99Ms = WorstP99("statement"),
        BalanceAtP99Ms = WorstP99("balance"),
        CostToOthers = Cost,
        Plan.Entries,
        Reads,
        Rounds,
        Last,
        Processors = Environment.ProcessorCount,
    }, Options);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("| read | per second | p50 ms | p99 ms |").AppendLine("|---|--:|--:|--:|");
        foreach (var run in Reads)
            text.AppendLine(
                CultureInfo.InvariantCulture, $"| {run.Name} | {run.Rate:N0} | {run.P50Milliseconds:F2} | {run.P99Milliseconds:F2} |");
        text.AppendLine().AppendLine(
            CultureInfo.InvariantCulture,
            $"{HistoryPlan.Readers} readers cost another tenant's transfers {Cost:P0} ({string.Join(", ", Rounds.Select(Describe))}).");
        if (Void is { } reason)
            text.AppendLine().AppendLine($"Void: {reason}.");
        return text.ToString();
    }

    private double WorstP99(string name) =>
        Reads.Where(run => run.Name.StartsWith(name, StringComparison.Ordinal)).Max(run => run.P99Milliseconds);

    private static string Describe(HistoryRound round) => string.Create(
        CultureInfo.InvariantCulture, $"{round.Without.Rate:N0}/s and {round.With.Rate:N0}/s beside {round.Readers.Rate:N0} pages/s");
}
