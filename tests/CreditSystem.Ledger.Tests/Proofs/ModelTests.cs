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
                    AssertAgree(walk, step);
                Interlocked.Add(ref commands, walk.Commands);
            },
            TestContext.Current.TestOutputHelper!.WriteLine,
            iter: 3000L * Proof.Factor);
        Assert.True(commands >= 100_000, $"only {commands} commands were compared");
    }

    /// <summary>Two holds over one grant end one after the other; breakage takes what the first releases, and not the rest.</summary>
    [Fact]
    public void What_holds_release_expires_in_the_order_in_which_it_was_due_as_far_as_breakage_can_take_it()
    {
        const long Largest = -2, AllThereIs = 0;
        var walk = new LedgerWalk();
        Step[] steps =
        [
            new(8, A: 1, B: 2, Amount: 1, C: 1, D: 0),
            new(10, A: 0, B: 0, Amount: 1, C: 5, D: 1),
            new(8, A: 1, B: 2, Largest, C: 10, D: 0),
            new(5, A: 1, B: 3, Amount: 43, C: 11, D: 0),
            new(5, A: 1, B: 3, AllThereIs, C: 13, D: 0),
            new(10, A: 0, B: 0, Amount: 1, C: 20, D: 1),
            new(9, A: 1, B: 0, Amount: 1, C: 0, D: 1),
        ];

        foreach (var step in steps)
            AssertAgree(walk, step);

        Assert.Equal((0, 44, -43), (walk.Posted("u1"), walk.Posted("$Breakage"), walk.Posted("$Promo")));
    }

    private static void AssertAgree(LedgerWalk walk, Step step)
    {
        var (engine, reference) = walk.Do(step);
        Assert.True(engine == reference, $"{step}: the evaluator answers '{engine}', the reference '{reference}'");
        Assert.True(walk.Difference() is not { } difference, $"{step}: {walk.Difference()}");
    }
}
