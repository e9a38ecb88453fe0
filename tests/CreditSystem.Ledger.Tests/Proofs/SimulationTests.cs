using CreditSystem.Ledger.Simulation;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>A thousand schedules; <c>ledger simulate</c> runs as many as one has time for.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void Nothing_is_lost_doubled_or_wedged_whatever_crashes_and_whenever() =>
        Schedules.AssertNoViolation(1_000 * Proof.Factor, nameof(SimulationTests));

    [Fact]
    public void A_seed_is_one_schedule()
    {
        for (var seed = 1; seed <= 20; seed++)
            Assert.Equal(SimulationRun.Run(seed), SimulationRun.Run(seed));
    }
}
