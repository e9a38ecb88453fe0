using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Chaos;

/// <summary>
/// Kills one server after the other, as a power cut does, and starts it again; or pauses a replica of the API until the others take it
/// for dead.
/// </summary>
internal sealed class Killer(TestBed bed, int seed, Action<string> progress)
{
    private readonly Random random = new(seed);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(15);

    public Dictionary<string, int> Kills { get; } = new() { ["api"] = 0, ["database"] = 0, ["redis"] = 0, ["pause"] = 0 };

    public async Task RunAsync(CancellationToken stopping)
    {
        // The first four are certain to be one of each.
        var victims = new Queue<int>([0, 4, 2, 3]);
        while (true)
        {
            try
            {
                await Task.Delay(random.Next(2000, 5000), stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            var (name, victim) = Victim(victims.TryDequeue(out var first) ? first : random.Next(5));
            Kills[name]++;
            if (name == "pause")
            {
                progress($"pause {victim.Name}");
                if (await victim.PauseAsync(Pause, ToEnd) is not { } exitCode)
                    continue;
                progress($"after the pause it ended with {exitCode}");
                await victim.StartAsync(CancellationToken.None);
                continue;
            }
            progress($"kill -9 {victim.Name}");
            await victim.KillAsync();
            await Task.Delay(random.Next(100, 1500), CancellationToken.None);
            await victim.StartAsync(CancellationToken.None);
        }
    }

    private (string, ServerProcess) Victim(int number) => number switch
    {
        0 or 1 => ("api", bed.Replicas[number].Process),
        2 => ("database", bed.Mongo),
        4 => ("pause", bed.Replicas[random.Next(2)].Process),
        _ => ("redis", bed.Redis),
    };
}
