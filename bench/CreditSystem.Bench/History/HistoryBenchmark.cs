using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.History;

/// <summary>Fills a ledger, reads its history after a restart and warm, and then beside another tenant's transfers.</summary>
internal static class HistoryBenchmark
{
    // What the runtime takes of the 768 MiB of the manifests: on a large machine all of the log would be in memory.
    private const string HeapLimit = "0x24000000";

    private const int Writers = 32;
    private const int NeighbourAccounts = 1000;

    // The entries of the period of a statement, where a block has no more of the account.
    private const int StatementEntries = 50;

    public static async Task<HistoryReport> RunAsync(HistoryPlan plan, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var bed = await TestBed.StartAsync([new() { ["DOTNET_GCHeapHardLimit"] = HeapLimit }], cancellationToken);
        var (api, address) = bed.Replicas[0];
        var load = new LoadGenerator(address, bed.Token);
        var accounts = new HistoryAccounts(load, plan);
        progress($"{plan.Entries * 11} transfers are being made in batches, {plan.Singles} one by one");
        await accounts.FillAsync(cancellationToken);
        using (var client = bed.CreateClient())
            await accounts.ExploreAsync(client, cancellationToken);

        var runs = new List<Measurement>();
        await api.KillAsync();
        await RecoveryMeasure.StartedAsync(bed, load, cancellationToken);
        await QuietAsync();
        // What is compiled in the first second of a process is not history's; the accounts that are measured first are others.
        await ReadAsync("warm-up", Newest(accounts.Kinds["one by one"]));
        foreach (var kind in new[] { "in one of ten", "in few of a block" })
            runs.Add(await ReadAsync($"cold: pages, {kind}", Pages(accounts.Kinds[kind])));
        foreach (var (kind, those) in accounts.Kinds)
        {
            runs.Add(await ReadAsync($"newest page, {kind}", Newest(those)));
            runs.Add(await ReadAsync($"pages, {kind}", Pages(those)));
            runs.Add(await ReadAsync($"statement, {kind}", Statements(those)));
            runs.Add(await ReadAsync($"balance at a time, {kind}", Balances(those)));
        }
        var all = Pages([.. accounts.Kinds.Values.SelectMany(those => those.Take(HistoryPlan.SingleAccounts))]);
        var pages = await ReadAsync("pages, all kinds", all);
        runs.Add(pages);

        var neighbour = new LoadGenerator(address, bed.TokenOf("neighbour"));
        await neighbour.GrowAsync(NeighbourAccounts, cancellationToken);
        await TransferAsync("warm-up");
        var rounds = new List<HistoryRound>();
        for (var round = 1; round <= plan.Rounds; round++)
        {
            var without = await TransferAsync("transfers without readers");
            var reading = ReadAsync("pages beside transfers", all);
            var with = await TransferAsync("transfers beside readers");
            rounds.Add(new HistoryRound(without, with, await reading));
        }
        return new HistoryReport(plan, runs, rounds, await TransferAsync("transfers without readers"));

        // A start reads what has not been projected, and looks at all that was not verified: neither is history's.
        async Task QuietAsync()
        {
            for (var quiet = 0; quiet < 3;)
            {
                var used = api.ProcessorTime;
                await Task.Delay(1000, cancellationToken);
                quiet = (api.ProcessorTime - used).TotalMilliseconds < 100 ? quiet + 1 : 0;
            }
            progress("the API is idle");
        }

        async Task<Measurement> ReadAsync(string name, Func<Random, (string, string, string?)> next)
        {
            var used = api.ProcessorTime;
            var run = await load.RunAsync(name, HistoryPlan.Readers, plan.Seconds, 1, 200, next, cancellationToken);
            var processor = (api.ProcessorTime - used).TotalMicroseconds / Math.Max(run.Count, 1);
            progress($"{name}: {run.Rate:F0}/s, p50 {run.P50Milliseconds:F2} ms, p99 {run.P99Milliseconds:F2} ms, "
                + $"{processor:F0} µs of the API's processor time each, {run.Failures} failed");
            return run;
        }

        async Task<Measurement> TransferAsync(string name)
        {
            var run = await neighbour.TransfersAsync(name, Writers, plan.Seconds, hot: false, cancellationToken);
            progress($"{name}: {run.Rate:F0}/s, p50 {run.P50Milliseconds:F2} ms, p99 {run.P99Milliseconds:F2} ms, {run.Failures} failed");
            return run;
        }
    }

    private static Func<Random, (string, string, string?)> Newest(List<HistoryAccount> accounts) => random =>
        ("GET", $"/v1/accounts/{Any(random, accounts).Id}/entries", null);

    // Anywhere in the account's history, the newest page as often as any other.
    private static Func<Random, (string, string, string?)> Pages(List<HistoryAccount> accounts) => random =>
    {
        var account = Any(random, accounts);
        var place = random.Next(account.Cursors.Count + 1);
        var cursor = place == 0 ? "" : account.Cursors[place - 1];
        return ("GET", $"/v1/accounts/{account.Id}/entries?limit=50{cursor}", null);
    };

    private static Func<Random, (string, string, string?)> Statements(List<HistoryAccount> accounts) => random =>
    {
        var account = Any(random, accounts);
        var last = random.Next(Math.Max(account.Times.Count - StatementEntries, 1));
        var first = Math.Min(last + StatementEntries, account.Times.Count - 1);
        return ("GET", $"/v1/accounts/{account.Id}/statement?from={account.Times[first]}&to={account.Times[last]}", null);
    };

    private static Func<Random, (string, string, string?)> Balances(List<HistoryAccount> accounts) => random =>
    {
        var account = Any(random, accounts);
        return ("GET", $"/v1/accounts/{account.Id}/balance?at={Any(random, account.Times)}", null);
    };

    private static T Any<T>(Random random, List<T> from) => from[random.Next(from.Count)];
}
