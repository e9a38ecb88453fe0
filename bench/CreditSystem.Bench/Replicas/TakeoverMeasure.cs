using System.Diagnostics;
using System.Text;
using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Replicas;

/// <summary>
/// Kills one of three replicas again and again, while tenants of all logs transfer through the others. A request for a log whose owner
/// was killed waits until another has taken over: the longest of them is how long the log was away.
/// </summary>
internal static class TakeoverMeasure
{
    private const int Replicas = 3;
    private const int Tenants = 12;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(4);

    /// <returns>For each kill, the longest request at the replicas that live, in seconds.</returns>
    public static async Task<List<double>> RunAsync(TestBed bed, int kills, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var replicas = await ReplicaSet.StartAsync(bed, Setup.Three with { Count = Replicas }, cancellationToken);
        var loads = new List<LoadGenerator>();
        for (var i = 0; i < Tenants; i++)
        {
            loads.Add(new LoadGenerator(replicas.Addresses[0], bed.TokenOf($"tenant-{i}")));
            await loads[i].GrowAsync(2, cancellationToken);
        }
        var longest = new List<double>();
        for (var kill = 0; kill < kills; kill++)
        {
            var victim = kill % Replicas;
            Uri[] living = [.. replicas.Addresses.Where((_, replica) => replica != victim)];
            var seconds = (Before + After).TotalSeconds;
            var running = loads.Select(load => LongestAsync(load.Through(living), seconds, cancellationToken)).ToList();
            await Task.Delay(Before, cancellationToken);
            await replicas.Processes[victim].KillAsync();
            longest.Add((await Task.WhenAll(running)).Max());
            progress($"kill {kill + 1}: the longest request took {longest[kill]:F2} s");
            await replicas.Processes[victim].StartAsync(cancellationToken);
            await Task.Delay(After, cancellationToken);
        }
        return longest;
    }

    private static async Task<double> LongestAsync(LoadGenerator load, double seconds, CancellationToken cancellationToken)
    {
        var longest = 0.0;
        var clock = Stopwatch.StartNew();
        await load.ConnectionsAsync(1, async connection =>
        {
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                var started = Stopwatch.GetTimestamp();
                var body = $"{{\"from\":\"{load.Account(0)}\",\"to\":\"{load.Account(1)}\",\"amount\":1}}";
                var key = Guid.NewGuid().ToString("N");
                // What any client does on 503: the same request with the same key.
                for (var status = 503; status == 503;)
                {
                    (status, var answer) = await connection.SendAsync("POST", "/v1/transfers", body, key, cancellationToken);
                    if (status is not (201 or 503))
                        throw new InvalidOperationException($"A transfer was answered {status}: {Encoding.UTF8.GetString(answer.Span)}");
                }
                longest = Math.Max(longest, Stopwatch.GetElapsedTime(started).TotalSeconds);
                await Task.Delay(20, cancellationToken);
            }
        }, cancellationToken);
        return longest;
    }
}
