using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Growth;

/// <summary>Lets one log grow, and measures at each length on the same processes.</summary>
internal static class GrowthRun
{
    private const int BatchSize = 1000;
    private const int Writers = 4;
    private const int Readers = 8;
    private const double FillSeconds = 2;

    public static async Task<GrowthReport> RunAsync(GrowthPlan plan, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var bed = await TestBed.StartAsync([[]], cancellationToken);
        var (api, address) = bed.Replicas[0];
        var load = new LoadGenerator(address, bed.Token);
        progress($"{plan.Accounts} accounts are being opened");
        await load.GrowAsync(plan.Accounts, cancellationToken);
        await load.TransfersAsync("warm-up", 32, Math.Min(plan.Seconds, 10), hot: false, cancellationToken);
        var (began, length, points) = (TimeProvider.System.GetUtcNow(), 0L, new List<GrowthPoint>());
        foreach (var target in plan.Transfers)
        {
            progress($"the log is being filled up to {target} transfers");
            while (length < target)
                length += (await load.BatchesAsync("filling", Writers, FillSeconds, BatchSize, cancellationToken)).Count;
            var singles = await MedianAsync(
                plan.Rounds, () => load.TransfersAsync("single, uniform", 32, plan.Seconds, hot: false, cancellationToken));
            var past = await MedianAsync(
                plan.Rounds, () => load.PastBalancesAsync("balance at a time", Readers, plan.Seconds, began, cancellationToken));
            var idBytes = await ApiMetrics.ReadAsync(bed, "credit_system_ledger_id_bytes", cancellationToken)
                / await ApiMetrics.ReadAsync(bed, "credit_system_ledger_known_ids", cancellationToken);
            var resident = api.ResidentBytes;
            await api.KillAsync();
            var recovery = await RecoveryMeasure.StartedAsync(bed, load, cancellationToken);
            points.Add(new GrowthPoint(length, singles, past, resident >> 20, idBytes, recovery, api.ResidentBytes >> 20));
            progress($"{length} transfers: {singles.Rate:F0}/s, p99 {singles.P99Milliseconds:F1} ms; balance at a time p99 {past.P99Milliseconds:F1} ms; "
                + $"{resident >> 20} MiB, {idBytes:F1} bytes per id; recovery {recovery:F1} s");
            await load.TransfersAsync("warm-up", 32, Math.Min(plan.Seconds, 10), hot: false, cancellationToken);
        }
        return new GrowthReport(points);
    }

    private static async Task<Measurement> MedianAsync(int rounds, Func<Task<Measurement>> measure)
    {
        var runs = new List<Measurement>();
        for (var round = 0; round < rounds; round++)
            runs.Add(await measure());
        return Measurement.Median(runs);
    }
}
