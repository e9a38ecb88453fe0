using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CreditSystem.Bench.Ledger;

/// <param name="Runs">All of them, those of void rounds as well.</param>
internal sealed record LedgerReport(
    List<Measurement> Runs, Recovery? Recovery, List<AccountGrowth> Growth,
    string Fsync, string SynchronousCommit)
{
    // A machine that is busy otherwise starves the peer first, which has more processes: what is measured beside it says nothing.
    private const double LeastOfPeer = 0.8;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Rounds in which pgbench at 32 connections had less than 0.8 of itself at 8.</summary>
    public IReadOnlyList<int> VoidRounds { get; } =
        [.. Runs.Select(run => run.Round).Distinct().Where(round => RateIn(Runs, round, 32) < LeastOfPeer * RateIn(Runs, round, 8))];

    /// <summary>The median run of each load, among the rounds that count; among all where none does.</summary>
    public IReadOnlyList<Measurement> Medians =>
        [.. Counting.GroupBy(run => (run.Name, run.Connections)).Select(group => Measurement.Median(group))];

    /// <summary>What a further account takes of resident memory, once the process is warm and nothing waits to be written.</summary>
    public double? AccountBytes => Growth is [var first, .., var last] && last.InMemory > first.InMemory
        ? (double)(last.ResidentBytes - first.ResidentBytes) / (last.InMemory - first.InMemory)
        : null;

    public static bool IsOurs(string name) => !(name.StartsWith("pgbench", StringComparison.Ordinal)
        || name.StartsWith("other build", StringComparison.Ordinal) || name.StartsWith("bare", StringComparison.Ordinal));

    public string ToJson() => JsonSerializer.Serialize(new
    {
        RatioSingle_1 = Ratio("single, uniform", 1, "pgbench", 1),
        RatioSingle_8 = Ratio("single, uniform", 8, "pgbench", 8),
        RatioSingle_32 = Ratio("single, uniform", 32, "pgbench", 32),
        RatioSingle_64 = Ratio("single, uniform", 64, "pgbench", 64),
        P99VsPgbench_32 = Find("single, uniform", 32)?.P99Milliseconds / Find("pgbench", 32)?.P99Milliseconds,
        ProcessorMicrosecondsSingle_32 = Find("single, uniform", 32)?.ProcessorMicroseconds,
        HotVsUniform = Ratio("single, hot account", 32, "single, uniform", 32),
        HotVsUniform_64 = Ratio("single, hot account", 64, "single, uniform", 64),
        BatchPerS = Find("batches of 100", 8)?.Rate,
        Batch1000PerS = Find("batches of 1000", 8)?.Rate,
        Batch1000P99Ms = Find("batches of 1000", 8)?.P99Milliseconds,
        SingleVsOtherBuild_32 = Ratio("single, uniform", 32, "other build, single, uniform", 32),
        BatchVsOtherBuild = Ratio("batches of 100", 8, "other build, batches of 100", 8),
        Batch1000VsOtherBuild = Ratio("batches of 1000", 8, "other build, batches of 1000", 8),
        Batch1000VsBareInserts = Ratio("batches of 1000", 8, "bare inserts of 1000", 1),
        Recovery_1mS = Recovery?.WithProjectionSeconds,
        AccountBytes,
        Medians,
        VoidRounds,
        Runs,
        Recovery,
        Growth,
        Engine = new { Fsync, SynchronousCommit },
        Processors = Environment.ProcessorCount,
    }, Options);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("| load | connections | per second | p50 ms | p99 ms | × pgbench | API, µs each |").AppendLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var run in Medians)
        {
            var peer = Find("pgbench", run.Name.Contains("batch", StringComparison.Ordinal) || run.Name.StartsWith("bare", StringComparison.Ordinal) ? 32 : run.Connections);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {run.Name} | {run.Connections} | {run.Rate:N0} | {run.P50Milliseconds:F2} | {run.P99Milliseconds:F2} | {run.Rate / peer?.Rate:F2} | {run.ProcessorMicroseconds:F0} |");
        }
        text.AppendLine();
        if (VoidRounds.Count > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"Void, because pgbench at 32 had less than 0.8 of itself at 8: round {string.Join(", ", VoidRounds)}{(Counting == Runs ? ", which is all of them" : "")}.");
        text.AppendLine(CultureInfo.InvariantCulture, $"fsync {Fsync}, synchronous_commit {SynchronousCommit}.");
        if (AccountBytes is { } bytes)
            text.AppendLine(CultureInfo.InvariantCulture, $"Memory: {bytes:F0} bytes for each further account.");
        if (Recovery is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"Recovery after kill -9 with {Recovery.Transfers:N0} transfers: {Recovery.WithProjectionSeconds:F1} s; from the log alone: {Recovery.FromLogSeconds:F1} s.");
        foreach (var (accounts, rate, _, _) in Growth)
            text.AppendLine(CultureInfo.InvariantCulture, $"{accounts:N0} accounts: {rate:N0} transfers per second at 32 connections.");
        return text.ToString();
    }

    private List<Measurement> Counting => Runs.FindAll(run => !VoidRounds.Contains(run.Round)) is { Count: > 0 } counting ? counting : Runs;

    private Measurement? Find(string name, int connections) => Medians.FirstOrDefault(run => run.Name == name && run.Connections == connections);

    private double? Ratio(string name, int connections, string peer, int peerConnections) =>
        Find(name, connections)?.Rate / Find(peer, peerConnections)?.Rate;

    private static double RateIn(List<Measurement> runs, int round, int connections) =>
        runs.Find(run => run.Round == round && run.Name == "pgbench" && run.Connections == connections)?.Rate ?? 0;
}

/// <param name="Accounts">Among which the transfers were.</param>
/// <param name="Rate">Transfers per second at 32 connections.</param>
/// <param name="InMemory">All accounts that had been opened.</param>
/// <param name="ResidentBytes">Of the API, with nothing waiting to be written.</param>
internal sealed record AccountGrowth(int Accounts, double Rate, int InMemory, long ResidentBytes);
