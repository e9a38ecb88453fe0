using CreditSystem.Ledger.Testing;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>No server, but minutes: the ledger's own tests run a thousand schedules.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void A_thousand_schedules_lose_double_and_wedge_nothing() => Schedules.AssertNoViolation(1_000 * Proof.Factor, nameof(SimulationTests));
}
