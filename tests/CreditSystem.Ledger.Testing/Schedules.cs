using System.Collections.Concurrent;
using CreditSystem.Ledger.Simulation;

namespace CreditSystem.Ledger.Testing;

/// <summary>Proof 9: the path of a commit in one thread, some thousand schedules of it.</summary>
internal static class Schedules
{
    /// <summary>Runs as many, from a new seed on. What each violates, with the command that shows it again.</summary>
    public static void AssertNoViolation(int runs, string name)
    {
        var first = Proof.Seed(name);
        var violations = new ConcurrentQueue<string>();
        var commands = 0;
        Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (i, loop) =>
        {
            var result = SimulationRun.Run(unchecked(first + i));
            Interlocked.Add(ref commands, result.Commands);
            if (result.Violation is not { } violation)
                return;
            violations.Enqueue($"ledger simulate --runs 1 --seed {result.Seed}: {violation}");
            if (violations.Count > 5)
                loop.Stop();
        });
        Assert.Empty(violations);
        Assert.True(commands >= 10 * runs);
    }
}
