using System.Diagnostics;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Chaos;

/// <summary>
/// Has one thing fail after the other and come back: kills a server, as a power cut does, pauses a replica of the API until the others
/// take it for dead, or cuts one off from the others, which it sees no more while all reach the database.
/// </summary>
internal sealed class Killer(TestBed bed, ChaosPlan plan, Action<string> progress)
{
    public const string Cut = "cut";

    public static readonly string[] All = ["api", "database", "redis", "pause", Cut];

    private readonly Random random = new(plan.Seed);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(15);

    private long killed;

    public Dictionary<string, int> Kills { get; } = plan.Victims.ToDictionary(victim => victim, _ => 0);

    public List<int> PausedEndedWith { get; } = [];

    /// <summary>When the last replica was killed, while nothing else has failed since; null otherwise.</summary>
    public long? KilledSince => Interlocked.Read(ref killed) is > 0 and var since ? since : null;

    public async Task RunAsync(CancellationToken stopping)
    {
        // One of each is certain.
        var victims = new Queue<string>(plan.Victims);
        while (true)
        {
            try
            {
                await Task.Delay(random.Next(2000, 5000), stopping);
            }
            catch (OperationCanceledException) when (victims.Count > 0)
            {
                // The time is up, and not everything has failed once.
            }
            catch (OperationCanceledException)
            {
                // Who was declared dead drains first, and is started again as Kubernetes does it.
                await Task.Delay(ToEnd, CancellationToken.None);
                await RestartEndedAsync();
                return;
            }
            Interlocked.Exchange(ref killed, 0);
            await RestartEndedAsync();
            var victim = victims.TryDequeue(out var first) ? first : plan.Victims[random.Next(plan.Victims.Length)];
            Kills[victim]++;
            var replica = random.Next(bed.Replicas.Count);
            await (victim switch
            {
                "pause" => PauseAsync(bed.Replicas[replica].Process),
                Cut => CutAsync(replica),
                "api" => KillReplicaAsync(bed.Replicas[replica].Process),
                _ => KillAsync(victim == "database" ? bed.Mongo : bed.Redis),
            });
        }
    }

    private async Task KillReplicaAsync(ServerProcess replica)
    {
        Interlocked.Exchange(ref killed, Stopwatch.GetTimestamp());
        await KillAsync(replica);
    }

    private async Task KillAsync(ServerProcess server)
    {
        progress($"kill -9 {server.Name}");
        await server.KillAsync();
        await Task.Delay(random.Next(100, 1500), CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
    }

    private async Task PauseAsync(ServerProcess replica)
    {
        progress($"pause {replica.Name}");
        if (await replica.PauseAsync(Pause, ToEnd) is not { } exitCode)
            return;
        progress($"after the pause it ended with {exitCode}");
        PausedEndedWith.Add(exitCode);
        await replica.StartAsync(CancellationToken.None);
    }

    /// <summary>Cut off, a replica may be taken for dead by the others, or take them for dead: who ends starts again.</summary>
    private async Task CutAsync(int replica)
    {
        progress($"cut off replica {replica + 1}");
        await OwnNetwork.CutAsync(OwnNetwork.AddressOf(replica));
        await Task.Delay(Pause);
        await OwnNetwork.JoinAsync(OwnNetwork.AddressOf(replica));
    }

    private async Task RestartEndedAsync()
    {
        foreach (var (process, _) in bed.Replicas.Where(other => !other.Process.IsRunning))
        {
            progress($"a replica has ended with {process.ExitCode}, and starts again");
            await process.StartAsync(CancellationToken.None);
        }
    }
}
