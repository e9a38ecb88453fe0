using CreditSystem.Ledger.Simulation;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>Proof 9: the path of a commit in one thread, ten thousand schedules of it.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void Nothing_is_lost_doubled_or_wedged_whatever_crashes_and_whenever()
    {
        var first = Proof.Seed(nameof(SimulationTests));
        var violations = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var commands = 0;
        Parallel.For(0, 10_000 * Proof.Factor, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (i, loop) =>
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
        Assert.True(commands >= 100_000 * Proof.Factor);
    }

    [Fact]
    public void A_seed_is_one_schedule()
    {
        for (var seed = 1; seed <= 20; seed++)
            Assert.Equal(SimulationRun.Run(seed), SimulationRun.Run(seed));
    }
}
