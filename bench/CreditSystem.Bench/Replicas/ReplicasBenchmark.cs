using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Replicas;

/// <summary>How many replicas, and whether they share the logs out.</summary>
internal readonly record struct Setup(int Count, bool IsClustered)
{
    public string Mode => IsClustered ? TestBed.Clustered : "Single";

    public override string ToString() => IsClustered ? $"{Count}" : $"{Count}, no cluster";
}

/// <summary>One setup in one round.</summary>
internal sealed record SetupRun(Setup Setup, Measurement Singles, Measurement Batches);

/// <summary>Every setup in turns on one database, so that each sees the same machine and the same log.</summary>
internal static class ReplicasBenchmark
{
    public static async Task<ReplicasReport> RunAsync(ReplicasPlan plan, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var bed = await TestBed.StartAsync([], cancellationToken);
        LoadGenerator? accounts = null;
        var runs = new List<SetupRun>();
        for (var round = 1; round <= plan.Rounds; round++)
            foreach (var setup in Setups(plan))
            {
                await using var replicas = await ReplicaSet.StartAsync(bed, setup, cancellationToken);
                if (accounts is null)
                {
                    accounts = new LoadGenerator(replicas.Addresses, bed.Token);
                    await accounts.GrowAsync(ReplicasPlan.Accounts, cancellationToken);
                }
                var load = accounts.Through(replicas.Addresses);
                await load.TransfersAsync("warm-up", ReplicasPlan.Connections, plan.Seconds, hot: false, cancellationToken);
                var used = replicas.ProcessorTime;
                var singles = await load.TransfersAsync("single", ReplicasPlan.Connections, plan.Seconds, hot: false, cancellationToken);
                var processor = (replicas.ProcessorTime - used).TotalMicroseconds / Math.Max(singles.Count, 1);
                var batches = await load.BatchesAsync(
                    "batches of 100", ReplicasPlan.BatchConnections, plan.Seconds, ReplicasPlan.BatchSize, cancellationToken);
                runs.Add(new SetupRun(setup, singles, batches));
                progress($"round {round}, {setup}: {Describe(singles)}, {processor:F0} µs of processor time each; {Describe(batches)}");
            }
        var takeovers = plan.Kills > 0 ? await TakeoverMeasure.RunAsync(bed, plan.Kills, progress, cancellationToken) : [];
        return new ReplicasReport(plan, runs, takeovers);
    }

    private static IEnumerable<Setup> Setups(ReplicasPlan plan) =>
        [new(1, false), new(1, true), new(2, true), new(3, true), .. plan.Racing ? [new Setup(2, false)] : Array.Empty<Setup>()];

    private static string Describe(Measurement run) =>
        $"{run.Name} {run.Rate:F0}/s, p50 {string.Join(" and ", run.Medians.Select(median => $"{median:F1}"))} ms, p99 {run.P99Milliseconds:F1} ms"
        + (run.Failures > 0 ? $", {run.Failures} failed" : "");
}

/// <summary>The API processes of one setup.</summary>
internal sealed class ReplicaSet : IAsyncDisposable
{
    private readonly List<(ServerProcess Process, Uri Address)> replicas = [];

    public IReadOnlyList<Uri> Addresses => [.. replicas.Select(replica => replica.Address)];

    public IReadOnlyList<ServerProcess> Processes => [.. replicas.Select(replica => replica.Process)];

    /// <summary>What all of them have used.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(replicas.Sum(replica => replica.Process.ProcessorTime.Ticks));

    public static async Task<ReplicaSet> StartAsync(TestBed bed, Setup setup, CancellationToken cancellationToken)
    {
        var set = new ReplicaSet();
        for (var i = 0; i < setup.Count; i++)
        {
            set.replicas.Add(bed.CreateReplica([], setup.Mode));
            await set.replicas[i].Process.StartAsync(cancellationToken);
        }
        return set;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in replicas)
            await process.DisposeAsync();
    }
}
