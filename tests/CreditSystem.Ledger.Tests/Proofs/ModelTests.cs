using CreditSystem.Ledger.Testing;
using CsCheck;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>Proof 1: the evaluator against a reference that shares no code with it.</summary>
public sealed class ModelTests
{
    [Fact]
    public void The_evaluator_and_the_reference_agree_on_every_answer_balance_and_lot()
    {
        var commands = 0;
        LedgerWalk.Steps.Array[1, 80].Sample(
            steps =>
            {
                var walk = new LedgerWalk();
                foreach (var step in steps)
                {
                    var (engine, reference) = walk.Do(step);
                    Assert.True(engine == reference, $"{step}: the evaluator answers '{engine}', the reference '{reference}'");
                    Assert.True(walk.Difference() is not { } difference, $"{step}: {walk.Difference()}");
                }
                Interlocked.Add(ref commands, walk.Commands);
            },
            TestContext.Current.TestOutputHelper!.WriteLine,
            iter: 3000L * Proof.Factor);
        Assert.True(commands >= 100_000, $"only {commands} commands were compared");
    }
}
