using System.Collections.Concurrent;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Chaos;

/// <summary>Starts a replica of the API again when it has ended, however that came about, as Kubernetes does it.</summary>
internal sealed class Restarter(TestBed bed, int seed, Action<string> progress)
{
    private const int Killed = 128 + 9;
    private const int LostMembership = 75;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly bool[] isUp = [.. bed.Replicas.Select(_ => true)];

    /// <summary>The exit codes of those that were not killed.</summary>
    public ConcurrentQueue<int> EndedWith { get; } = [];

    /// <summary>Whether it has started and has not ended.</summary>
    public bool IsUp(int replica) => Volatile.Read(ref isUp[replica]) && bed.Replicas[replica].Process.IsRunning;

    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, bed.Replicas.Count).Select(replica => WatchAsync(replica, new Random(seed + replica), stopping)));

    private async Task WatchAsync(int replica, Random random, CancellationToken stopping)
    {
        var process = bed.Replicas[replica].Process;
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(Look, CancellationToken.None);
            if (process.IsRunning)
                continue;
            Volatile.Write(ref isUp[replica], false);
            if (process.ExitCode is not Killed and var exitCode)
            {
                EndedWith.Enqueue(exitCode);
                progress($"replica {replica + 1} has ended with {exitCode}, and starts again");
                if (exitCode != LostMembership)
                    progress(process.LastLines);
            }
            await Task.Delay(random.Next(100, 1500), CancellationToken.None);
            // One that ends as it starts, cut off from the others, is started again as well.
            Volatile.Write(ref isUp[replica], await process.TryStartAsync(CancellationToken.None));
        }
    }
}
