using System.Text.Json.Nodes;
using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Memory;

/// <summary>More accounts than fit into memory, all of them used, and everything at once that reads the whole log.</summary>
internal static class MemoryRun
{
    internal const int Verifications = 10;

    private const long Mebibyte = 1024 * 1024;
    private const int BatchSize = 1000;
    private const double PartSeconds = 5;
    private const double SingleSeconds = 30;

    private static readonly TimeSpan LongRead = TimeSpan.FromMinutes(10);

    public static async Task<MemoryResult> RunAsync(int limit, int accounts, int transfers, Action<string> progress, CancellationToken cancellationToken)
    {
        using var memory = MemoryCgroup.Create(limit * Mebibyte);
        await using var bed = await TestBed.StartAsync([[]], cancellationToken, memory.ProcessesFile);
        var (api, address) = bed.Replicas[0];
        var load = new LoadGenerator(address, bed.Token);
        var peaks = new Dictionary<string, long>();
        var (verified, start, holds) = (0, double.NaN, false);
        try
        {
            await load.GrowAsync(accounts, cancellationToken);
            Reached("accounts");
            var (made, refused) = await TransferAsync(load, transfers, cancellationToken);
            Reached("transfers");
            var single = await load.TransfersAsync("single", 32, SingleSeconds, hot: false, cancellationToken);
            progress($"{single.Rate:F0} single transfers a second; {refused} batches and {single.Failures} single ones were refused");
            Reached("single transfers");
            verified = await VerifyAsync(bed, cancellationToken);
            Reached("verifications");

            await api.KillAsync();
            start = await RecoveryMeasure.StartedAsync(bed, load, cancellationToken);
            progress($"started again after {start:F1} s");
            holds = await HoldsAsync(bed, cancellationToken);
            Reached("start");
            return new MemoryResult(limit, load.AccountCount, made + single.Count, memory.Kills, memory.PeakBytes / Mebibyte, verified, start, holds, peaks);
        }
        catch (Exception failed) when (failed is IOException or HttpRequestException or InvalidOperationException && !api.IsRunning)
        {
            progress($"the API has ended: {failed.Message}");
            return new MemoryResult(limit, load.AccountCount, 0, memory.Kills, memory.PeakBytes / Mebibyte, verified, start, holds, peaks);
        }

        void Reached(string step)
        {
            peaks[step] = api.PeakResidentBytes / Mebibyte;
            progress($"{step}: at most {peaks[step]} MiB of {limit}");
        }
    }

    private static async Task<(int Made, int Refused)> TransferAsync(LoadGenerator load, int count, CancellationToken cancellationToken)
    {
        var (made, refused) = (0, 0);
        while (made < count)
        {
            var part = await load.BatchesAsync("batches", 4, PartSeconds, BatchSize, cancellationToken);
            (made, refused) = (made + part.Count, refused + part.Failures);
        }
        return (made, refused);
    }

    private static async Task<int> VerifyAsync(TestBed bed, CancellationToken cancellationToken)
    {
        using var client = bed.CreateClient();
        client.Timeout = LongRead;
        var answers = await Task.WhenAll(Enumerable.Range(0, Verifications).Select(_ => AskAsync(client, "/v1/audit/verify?full=true", cancellationToken)));
        return answers.Count(answer => (bool?)answer?["intact"] is true);
    }

    private static async Task<bool> HoldsAsync(TestBed bed, CancellationToken cancellationToken)
    {
        using var client = bed.CreateClient();
        client.Timeout = LongRead;
        return (bool?)(await AskAsync(client, "/v1/invariants", cancellationToken))?["holds"] is true;
    }

    /// <summary>Who is told to come again does: one at a time reads the whole log.</summary>
    private static async Task<JsonNode?> AskAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            using var answer = await client.GetAsync(path, cancellationToken);
            if (answer.IsSuccessStatusCode)
                return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            if (answer.Headers.RetryAfter is null)
                return null;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
        return null;
    }
}
