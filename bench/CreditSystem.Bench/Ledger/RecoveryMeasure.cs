using System.Diagnostics;
using CreditSystem.Bench.Processes;
using MongoDB.Driver;

namespace CreditSystem.Bench.Ledger;

/// <summary>From the start of a process whose predecessor was killed to its first linearizable balance.</summary>
/// <param name="Transfers">The length of the log.</param>
/// <param name="WithProjectionSeconds">With what was written behind the log until the kill.</param>
/// <param name="FromLogSeconds">With nothing but the log.</param>
internal sealed record Recovery(int Transfers, double WithProjectionSeconds, double FromLogSeconds);

internal static class RecoveryMeasure
{
    private const int BatchSize = 1000;

    public static async Task<Recovery> RunAsync(TestBed bed, LoadGenerator load, int transfers, Action<string> progress, CancellationToken cancellationToken)
    {
        progress($"the log is being filled with {transfers} more transfers");
        var left = transfers;
        while (left > 0)
            left -= (int)((await load.BatchesAsync("filling", 4, 2, BatchSize, cancellationToken)).Rate * 2);
        await bed.Replicas[0].Process.KillAsync();
        var projected = await StartedAsync(bed, load, cancellationToken);
        progress($"recovery with the projection: {projected:F1} s, {bed.Replicas[0].Process.ProcessorTime.TotalSeconds:F1} s of processor time");

        await bed.Replicas[0].Process.KillAsync();
        var database = new MongoClient(bed.MongoConnectionString).GetDatabase("credit-system");
        await database.DropCollectionAsync("accounts", cancellationToken);
        await database.DropCollectionAsync("transfer_ids", cancellationToken);
        var replayed = await StartedAsync(bed, load, cancellationToken);
        progress($"recovery from the log alone: {replayed:F1} s, {bed.Replicas[0].Process.ProcessorTime.TotalSeconds:F1} s of processor time");
        return new Recovery(transfers, projected, replayed);
    }

    public static async Task<double> StartedAsync(TestBed bed, LoadGenerator load, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await bed.Replicas[0].Process.StartAsync(cancellationToken);
        using var client = bed.CreateClient();
        while (true)
        {
            using var response = await client.GetAsync($"/v1/accounts/{load.Account(0)}/balance", cancellationToken);
            if (response.IsSuccessStatusCode)
                return clock.Elapsed.TotalSeconds;
            await Task.Delay(20, cancellationToken);
        }
    }
}
