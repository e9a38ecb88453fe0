using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Replicas;

/// <summary>One setup in one round.</summary>
internal sealed record SetupRun(Setup Setup, int Round, Measurement Singles, Measurement Batches, Measurement Tenants);

/// <summary>
/// All setups are up at once, each on a database of its own, and are measured in turns when all are warm: the first ten seconds of a
/// process go to compiling it, three times as many where three are started.
/// </summary>
internal static class ReplicasBenchmark
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(4);

    public static async Task<ReplicasReport> RunAsync(ReplicasPlan plan, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var bed = await TestBed.StartAsync([], cancellationToken);
        var sets = new Dictionary<Setup, ReplicaSet>();
        var runs = new List<SetupRun>();
        var idle = new Dictionary<string, double>();
        try
        {
            foreach (var setup in plan.Setups)
            {
                sets[setup] = await ReplicaSet.StartAsync(bed, setup, cancellationToken, plan);
                await sets[setup].FillAsync(bed, cancellationToken);
                await sets[setup].WarmUpAsync(plan.WarmUps, cancellationToken);
                progress($"{setup} is warm");
            }
            using var groups = plan.Cores is { } cores ? new ProcessorCgroups(cores) : null;
            foreach (var process in sets.Values.SelectMany(set => set.Processes))
                groups?.Bind(process.Id);
            if (sets.Count > 0)
                idle = await IdleAsync(sets, cancellationToken);
            for (var round = 1; round <= plan.Rounds && sets.Count > 0; round++)
                // There and back, so that none always has the better place.
                foreach (var setup in round % 2 == 1 ? plan.Setups : plan.Setups.Reverse())
                {
                    var run = new SetupRun(
                        setup, round, await sets[setup].SinglesAsync(plan.Seconds, cancellationToken),
                        await sets[setup].BatchesAsync(plan.Seconds, cancellationToken),
                        await sets[setup].TenantsAsync(plan.Seconds, cancellationToken));
                    runs.Add(run);
                    progress($"round {round}, {setup}: {Describe(run.Singles)}; {Describe(run.Batches)}; {Describe(run.Tenants)}");
                }
        }
        finally
        {
            foreach (var set in sets.Values)
                await set.DisposeAsync();
        }
        var call = await LocalCall.MeasureAsync(bed, cancellationToken);
        var takeovers = plan.Kills > 0 ? await TakeoverMeasure.RunAsync(bed, plan.Kills, progress, cancellationToken) : [];
        return new ReplicasReport(plan, runs, takeovers, idle, call);
    }

    /// <summary>How much of a processor each setup takes when nobody asks.</summary>
    private static async Task<Dictionary<string, double>> IdleAsync(
        Dictionary<Setup, ReplicaSet> sets, CancellationToken cancellationToken)
    {
        await Task.Delay(IdleTime, cancellationToken);
        var before = sets.ToDictionary(set => set.Key, set => set.Value.ProcessorTime);
        await Task.Delay(IdleTime, cancellationToken);
        return sets.ToDictionary(set => set.Key.ToString(), set => (set.Value.ProcessorTime - before[set.Key]) / IdleTime);
    }

    private static string Describe(Measurement run) =>
        $"{run.Name} {run.Rate:F0}/s, p50 {string.Join(" and ", run.Medians.Select(median => $"{median:F1}"))} ms, "
        + $"p99 {run.P99Milliseconds:F1} ms, {run.ProcessorMicroseconds:F0} µs each"
        + (run.Failures > 0 ? $", {run.Failures} failed" : "");
}
