using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Chaos;

/// <summary>Kills one server after the other, as a power cut does, and starts it again.</summary>
internal sealed class Killer(TestBed bed, int seed, Action<string> progress)
{
    private readonly Random random = new(seed);

    public Dictionary<string, int> Kills { get; } = new() { ["api"] = 0, ["database"] = 0, ["redis"] = 0 };

    public async Task RunAsync(CancellationToken stopping)
    {
        // The first three are certain to be one of each.
        var victims = new Queue<int>([0, 2, 3]);
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
            var (name, victim) = Victim(victims.TryDequeue(out var first) ? first : random.Next(4));
            Kills[name]++;
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
        _ => ("redis", bed.Redis),
    };
}
