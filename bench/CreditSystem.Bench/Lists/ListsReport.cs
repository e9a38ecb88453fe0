using System.Globalization;
using System.Text;
using System.Text.Json;
using CreditSystem.Bench.Ledger;

namespace CreditSystem.Bench.Lists;

/// <summary>All reads at one length of the log.</summary>
internal sealed record ListsPoint(long Transfers, List<Measurement> Reads);

internal sealed record ListsReport(ListsPlan Plan, List<ListsPoint> Points)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private Measurement Worst => Points[^1].Reads.MaxBy(read => read.P99Milliseconds)!;

    public string ToJson() => JsonSerializer.Serialize(new
    {
        WorstP99Ms = Worst.P99Milliseconds,
        Worst = Worst.Name,
        Plan.Holds,
        Points,
        Processors = Environment.ProcessorCount,
    }, Options);

    public string ToMarkdown()
    {
        var text = new StringBuilder("| page |");
        foreach (var point in Points)
            text.Append(CultureInfo.InvariantCulture, $" at {point.Transfers:N0}: per second, p50, p99 ms |");
        text.AppendLine().Append("|---|").Insert(text.Length, "--:|", Points.Count).AppendLine();
        for (var i = 0; i < Points[0].Reads.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Points[0].Reads[i].Name} |");
            foreach (var point in Points)
            {
                var read = point.Reads[i];
                text.Append(CultureInfo.InvariantCulture, $" {read.Rate:N0}, {read.P50Milliseconds:F2}, {read.P99Milliseconds:F2} |");
            }
            text.AppendLine();
        }
        var failures = Points.SelectMany(point => point.Reads).Sum(read => read.Failures);
        return text.AppendLine().AppendLine(
            CultureInfo.InvariantCulture,
            $"{Plan.Readers} readers at once, pages of 50; the worst p99 at the end: {Worst.P99Milliseconds:F1} ms ({Worst.Name}). "
            + $"{failures} failed.").ToString();
    }
}
