using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Lists;

/// <summary>Lets one log grow, and reads pages of every list at each length.</summary>
internal static class ListsBenchmark
{
    private const int BatchSize = 1000;
    private const int Writers = 4;
    private const double FillSeconds = 2;

    public static async Task<ListsReport> RunAsync(ListsPlan plan, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var bed = await TestBed.StartAsync([[]], cancellationToken);
        var (api, address) = bed.Replicas[0];
        var load = new LoadGenerator(address, bed.Token);
        var engine = await PostgresEngine.ReadAsync(bed.MongoDirectory, cancellationToken);
        using (var client = bed.CreateClient())
            (await client.PutAsync("/v1/metadata-keys/order", null, cancellationToken)).EnsureSuccessStatusCode();
        var began = TimeProvider.System.GetUtcNow();
        progress($"{plan.Accounts} accounts are being opened");
        await load.GrowAsync(plan.Accounts, cancellationToken);
        var data = new ListedData(load);
        progress($"{plan.Holds} holds and as many grants are being made, and ended but for one of a thousand");
        await data.HoldsAndGrantsAsync(plan.Holds, cancellationToken);
        var (length, points) = (0L, new List<ListsPoint>());
        foreach (var target in plan.Transfers)
        {
            progress($"the log is being filled up to {target} transfers");
            while (length < target)
                length += (await load.BatchesAsync("filling", Writers, FillSeconds, BatchSize, cancellationToken)).Count;
            await data.NamedAsync(cancellationToken);
            await QuietAsync(api, cancellationToken);
            await engine.SettleInsertsAsync(cancellationToken);
            var runs = new List<Measurement>();
            foreach (var (name, next) in Reads(load, data, began))
            {
                // What is compiled, and comes into memory, at the first page is not the page's.
                await load.RunAsync(name, plan.Readers, Math.Min(plan.Seconds, 1), 1, 200, Get(next), cancellationToken);
                var run = await load.RunAsync(name, plan.Readers, plan.Seconds, 1, 200, Get(next), cancellationToken);
                runs.Add(run);
                progress($"{length} transfers, {name}: {run.Rate:F0}/s, p50 {run.P50Milliseconds:F2} ms, p99 {run.P99Milliseconds:F2} ms, "
                    + $"{run.Failures} failed");
            }
            points.Add(new ListsPoint(length, runs));
        }
        return new ListsReport(plan, points);
    }

    private static IEnumerable<(string Name, Func<Random, string> Next)> Reads(LoadGenerator load, ListedData data, DateTimeOffset began)
    {
        var length = TimeProvider.System.GetUtcNow() - began;
        yield return ("accounts", _ => "/v1/accounts");
        yield return ("accounts of a holder", random => $"/v1/accounts?holder=holder-{random.Next(load.AccountCount)}");
        yield return ("accounts of a time", random => $"/v1/accounts?created[lt]={Any(random)}");
        yield return ("transfers", _ => "/v1/transfers");
        yield return ("transfers from any time on", random => $"/v1/transfers?created[lt]={Any(random)}");
        yield return ("transfers since a time", random => $"/v1/transfers?created[gte]={Any(random)}");
        yield return ("transfers of a kind", _ => "/v1/transfers?kind=purchase");
        yield return ("transfers of a kind that is not there", _ => "/v1/transfers?kind=reversal");
        yield return ("transfers of an account", random => $"/v1/transfers?account={load.Account(random.Next(load.AccountCount))}");
        yield return ("the transfer of a reference", random => $"/v1/transfers?reference={data.Reference(random)}");
        yield return ("transfers with a value of a key", random => $"/v1/transfers?metadata.order={data.Value(random)}");
        foreach (var (list, ended) in ((string, string)[])[("holds", "captured"), ("grants", "used")])
        {
            yield return (list, _ => $"/v1/{list}");
            yield return ($"active {list} among ended ones", _ => $"/v1/{list}?status=active");
            yield return ($"voided {list}", _ => $"/v1/{list}?status=voided");
            yield return ($"{ended} {list}, of which there are none", _ => $"/v1/{list}?status={ended}");
            yield return ($"{list} of an account", random => $"/v1/{list}?account={load.Account(random.Next(load.AccountCount))}");
        }

        string Any(Random random) => $"{began + length * random.NextDouble():yyyy-MM-ddTHH:mm:ss.fffZ}";
    }

    private static Func<Random, (string, string, string?)> Get(Func<Random, string> next) => random => ("GET", next(random), null);

    // What is still to be projected is not the reader's.
    private static async Task QuietAsync(ServerProcess api, CancellationToken cancellationToken)
    {
        for (var (quiet, waited) = (0, 0); quiet < 3 && waited < 120; waited++)
        {
            var used = api.ProcessorTime;
            await Task.Delay(1000, cancellationToken);
            quiet = (api.ProcessorTime - used).TotalMilliseconds < 150 ? quiet + 1 : 0;
        }
    }
}
