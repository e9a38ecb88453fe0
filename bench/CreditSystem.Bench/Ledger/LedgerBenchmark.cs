using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Ledger;

/// <summary>Runs all loads in turns, round by round, so that each sees the same machine.</summary>
internal static class LedgerBenchmark
{
    private const double WarmUpSeconds = 12;

    public static async Task<LedgerReport> RunAsync(LedgerPlan plan, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var bed = await TestBed.StartAsync([[]], cancellationToken, build: plan.Api, otherBuild: plan.Against);
        progress($"pgbench is being initialised at scale {plan.Scale}");
        var pgbench = await Pgbench.PrepareAsync(bed.MongoDirectory, plan.Scale, cancellationToken);
        var (api, address) = bed.Replicas[0];
        var load = new LoadGenerator(address, bed.Token);

        progress($"{plan.Accounts} accounts are being opened");
        await load.GrowAsync(plan.Accounts, cancellationToken);
        var other = bed.Other is { } build ? new LoadGenerator(build.Address, bed.Token) : null;
        if (other is not null)
        {
            progress("the other build gets the same accounts");
            await other.GrowAsync(plan.Accounts, cancellationToken);
            await WarmUpAsync(other, cancellationToken);
        }
        await WarmUpAsync(load, cancellationToken);

        var inserts = new BareInserts(bed.MongoConnectionString);
        var runs = new List<Measurement>();
        for (var round = 1; round <= plan.Rounds; round++)
        {
            var used = api.ProcessorTime;
            await RoundAsync(plan, pgbench, load, other, inserts, run =>
            {
                run = run with { Round = round };
                if (LedgerReport.IsOurs(run.Name))
                    run = run with { ProcessorMicroseconds = (api.ProcessorTime - used).TotalMicroseconds / (run.Rate * plan.Seconds) };
                used = api.ProcessorTime;
                runs.Add(run);
                progress($"round {round}: {run.Name} at {run.Connections}: {run.Rate:F0}/s, p50 {run.P50Milliseconds:F2} ms, p99 {run.P99Milliseconds:F2} ms"
                    + $"{(run.ProcessorMicroseconds > 0 ? $", {run.ProcessorMicroseconds:F0} µs of the API's processor time each" : "")}{(run.Failures > 0 ? $", {run.Failures} failed" : "")}");
            }, cancellationToken);
        }

        var recovery = plan.LogTransfers > 0 ? await RecoveryMeasure.RunAsync(bed, load, plan.LogTransfers, progress, cancellationToken) : null;
        var growth = await GrowthAsync(plan, bed, load, progress, cancellationToken);
        return new LedgerReport(
            runs, recovery, growth,
            await pgbench.SettingAsync("fsync", cancellationToken), await pgbench.SettingAsync("synchronous_commit", cancellationToken));
    }

    // What is compiled, cached and allocated in the first seconds of a process is nobody's throughput: half of its processor time.
    private static async Task WarmUpAsync(LoadGenerator load, CancellationToken cancellationToken)
    {
        await load.TransfersAsync("warm-up", 32, WarmUpSeconds, hot: false, cancellationToken);
        foreach (var size in LedgerPlan.BatchSizes)
            await load.BatchesAsync("warm-up", 8, WarmUpSeconds / 2, size, cancellationToken);
    }

    private static async Task RoundAsync(
        LedgerPlan plan, Pgbench pgbench, LoadGenerator load, LoadGenerator? other, BareInserts inserts, Action<Measurement> measured, CancellationToken cancellationToken)
    {
        foreach (var connections in LedgerPlan.Connections)
        {
            await MeasureAsync("pgbench", _ => pgbench.MeasureAsync(connections, plan.Seconds, cancellationToken));
            await MeasureAsync("single, uniform", name => load.TransfersAsync(name, connections, plan.Seconds, hot: false, cancellationToken));
            if (other is not null)
                await MeasureAsync(
                    "other build, single, uniform", name => other.TransfersAsync(name, connections, plan.Seconds, hot: false, cancellationToken));
            await MeasureAsync("single, hot account", name => load.TransfersAsync(name, connections, plan.Seconds, hot: true, cancellationToken));
        }
        foreach (var size in LedgerPlan.BatchSizes)
        {
            await MeasureAsync($"batches of {size}", name => load.BatchesAsync(name, 8, plan.Seconds, size, cancellationToken));
            if (other is not null)
                await MeasureAsync($"other build, batches of {size}", name => other.BatchesAsync(name, 8, plan.Seconds, size, cancellationToken));
        }
        await MeasureAsync("bare inserts of 1000", name => inserts.MeasureAsync(name, 1000, plan.Seconds, cancellationToken));
        await MeasureAsync("balance", name => load.BalancesAsync(name, 32, plan.Seconds, cancellationToken));

        async Task MeasureAsync(string name, Func<string, Task<Measurement>> measure)
        {
            if (!name.Contains(plan.Only, StringComparison.Ordinal))
                return;
            await pgbench.SettleAsync(cancellationToken);
            measured(await measure(name));
        }
    }

    private static async Task<List<AccountGrowth>> GrowthAsync(
        LedgerPlan plan, TestBed bed, LoadGenerator load, Action<string> progress, CancellationToken cancellationToken)
    {
        var growth = new List<AccountGrowth>();
        for (var accounts = 10_000; accounts <= plan.MaxAccounts; accounts *= 10)
        {
            await load.GrowAsync(Math.Max(accounts, load.AccountCount), cancellationToken);
            var run = await load.TransfersAsync("growth", 32, plan.Seconds, hot: false, cancellationToken, among: accounts);
            await ApiMetrics.SettleAsync(bed, cancellationToken);
            growth.Add(new(accounts, run.Rate, load.AccountCount, bed.Replicas[0].Process.ResidentBytes));
            progress($"{accounts} accounts: {run.Rate:F0}/s; {growth[^1].ResidentBytes >> 20} MiB with {load.AccountCount} in memory");
        }
        return growth;
    }
}
