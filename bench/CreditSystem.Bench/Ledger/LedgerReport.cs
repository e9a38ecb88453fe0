using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CreditSystem.Bench.Ledger;

internal sealed record LedgerReport(
    List<Measurement> Medians, List<Measurement> Runs, double MemoryPer100kAccountsMebibytes, Recovery? Recovery, List<(int Accounts, double Rate)> Growth,
    string Fsync, string SynchronousCommit)
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public double RatioSingle32 => Rate("single, uniform", 32) / Rate("pgbench", 32);

    public double RatioBatch => Math.Max(Rate("batches of 100", 8), Rate("batches of 1000", 8)) / Rate("pgbench", 32);

    public double HotVsUniform => Rate("single, hot account", 32) / Rate("single, uniform", 32);

    public string ToJson() => JsonSerializer.Serialize(new
    {
        RatioSingle_32 = RatioSingle32,
        RatioBatch,
        HotVsUniform,
        HotVsUniform_64 = Rate("single, hot account", 64) / Rate("single, uniform", 64),
        Medians,
        Runs,
        MemoryMebibytesPer_100kAccounts = MemoryPer100kAccountsMebibytes,
        Recovery,
        Growth = Growth.Select(point => new { point.Accounts, point.Rate }),
        Engine = new { Fsync, SynchronousCommit },
        Processors = Environment.ProcessorCount,
    }, Options);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("| load | connections | per second | p50 ms | p99 ms | × pgbench |").AppendLine("|---|--:|--:|--:|--:|--:|");
        foreach (var run in Medians)
        {
            var anchor = Medians.Find(other => other.Name == "pgbench" && other.Connections == (run.Name.StartsWith("batch", StringComparison.Ordinal) ? 32 : run.Connections));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {run.Name} | {run.Connections} | {run.Rate:N0} | {run.P50Milliseconds:F2} | {run.P99Milliseconds:F2} | {run.Rate / anchor?.Rate:F2} |");
        }
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Single at 32: {RatioSingle32:F2} × pgbench. Batches: {RatioBatch:F2} ×. Hot account: {HotVsUniform:F2} of uniform. fsync {Fsync}, synchronous_commit {SynchronousCommit}.");
        text.AppendLine(CultureInfo.InvariantCulture, $"Memory: {MemoryPer100kAccountsMebibytes:F0} MiB per 100,000 accounts.");
        if (Recovery is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"Recovery after kill -9 with {Recovery.Transfers:N0} transfers: {Recovery.WithProjectionSeconds:F1} s; from the log alone: {Recovery.FromLogSeconds:F1} s.");
        foreach (var (accounts, rate) in Growth)
            text.AppendLine(CultureInfo.InvariantCulture, $"{accounts:N0} accounts: {rate:N0} transfers per second at 32 connections.");
        return text.ToString();
    }

    private double Rate(string name, int connections) => Medians.Find(run => run.Name == name && run.Connections == connections)?.Rate ?? double.NaN;
}
