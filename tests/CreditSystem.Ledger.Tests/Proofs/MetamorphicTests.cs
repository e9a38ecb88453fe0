using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CsCheck;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>Proof 2: things that must come to the same, from any state that a random walk reaches.</summary>
public sealed class MetamorphicTests
{
    private static readonly Gen<Step[]> Walks = LedgerWalk.Steps.Where(step => step.Amount != -2).Array[5, 40];
    private static readonly Gen<(int A, int B, long Amount)> Moves = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Long[1, 60]).Where(move => move.Item1 != move.Item2);

    private static readonly long Iterations = 1000L * Proof.Factor;

    [Fact]
    public void An_atomic_batch_is_its_items_one_by_one_or_nothing() =>
        Gen.Select(Walks, Moves.Array[1, 8]).Sample(
            (steps, moves) =>
            {
                var (batch, single) = (After(steps), After(steps));
                if (Owes(batch))
                    return;
                var before = batch.Picture();
                var items = moves.Select((move, i) => Ask.Move(LedgerWalk.AccountOf(move.A), LedgerWalk.AccountOf(move.B), move.Amount, LedgerId.Derive(Guid.Empty, "item", i))).ToArray();

                var outcome = batch.Run.Do(batch.Now, Ask.Atomically(items));
                var outcomes = items.Select(item => single.Run.Do(single.Now, item)).ToList();

                Assert.Equal(outcomes.FindIndex(item => !item.Accepted), outcome.Rejection?.Index ?? -1);
                Assert.Equal(outcome.Accepted ? single.Picture() : before, batch.Picture());
                if (outcome.Rejection is { } rejection)
                    Assert.Equal(outcomes[rejection.Index!.Value].Rejection! with { Index = rejection.Index }, rejection);
            }, TestContext.Current.TestOutputHelper!.WriteLine, iter: Iterations);

    [Fact]
    public void A_capture_in_parts_is_the_whole_capture() =>
        Gen.Select(Walks, Moves, Gen.Int[1, 1000]).Sample(
            (steps, move, cut) =>
            {
                var (whole, parts) = (After(steps), After(steps));
                if (Owes(whole))
                    return;
                var hold = Ask.Hold(LedgerWalk.AccountOf(move.A), Ask.To(LedgerWalk.AccountOf(move.B)), move.Amount, whole.Now + 100);
                var placed = whole.Run.Do(whole.Now, hold).Accepted;
                Assert.Equal(placed, parts.Run.Do(parts.Now, hold).Accepted);
                if (!placed)
                    return;

                var first = cut % move.Amount;
                whole.Run.Do(whole.Now, Ask.Capture(hold.Id));
                if (first > 0)
                    Assert.True(parts.Run.Do(parts.Now, Ask.Capture(hold.Id, first, final: false)).Accepted);
                Assert.True(parts.Run.Do(parts.Now, Ask.Capture(hold.Id, move.Amount - first, final: cut % 2 == 0)).Accepted);

                Assert.Equal(whole.Picture(), parts.Picture());
                Assert.Equal(HoldStatus.Captured, parts.Run.State.Hold(hold.Id)!.Status);
            }, TestContext.Current.TestOutputHelper!.WriteLine, iter: Iterations);

    [Fact]
    public void A_transfer_and_its_reversal_in_any_parts_leave_no_trace_in_balances_and_lots() =>
        Gen.Select(Walks, Moves, Gen.Long[1, 60].Array[0, 3]).Sample(
            (steps, move, parts) =>
            {
                var walk = After(steps);
                if (Owes(walk))
                    return;
                var before = walk.Picture();
                var transfer = Ask.Move(LedgerWalk.AccountOf(move.A), LedgerWalk.AccountOf(move.B), move.Amount);
                if (!walk.Run.Do(walk.Now, transfer).Accepted)
                    return;

                var left = move.Amount;
                foreach (var part in parts.Where(part => part < move.Amount / 2))
                {
                    if (part >= left)
                        break;
                    Assert.True(walk.Run.Do(walk.Now, Ask.Reverse(transfer.Id, part)).Accepted);
                    left -= part;
                }
                Assert.Equal(RejectionCode.ReversalExceedsTransfer, walk.Run.Do(walk.Now, Ask.Reverse(transfer.Id, left + 1)).Rejection!.Code);
                Assert.True(walk.Run.Do(walk.Now, Ask.Reverse(transfer.Id)).Accepted);

                Assert.Equal(before, walk.Picture());
                Assert.Equal(RejectionCode.AlreadyReversed, walk.Run.Do(walk.Now, Ask.Reverse(transfer.Id)).Rejection!.Code);
            }, TestContext.Current.TestOutputHelper!.WriteLine, iter: Iterations);

    [Fact]
    public void Where_a_block_ends_changes_no_outcome() =>
        Gen.Select(Walks, Moves.Array[2, 20], Gen.Int[1, 7]).Sample(
            (steps, moves, size) =>
            {
                var (one, many) = (After(steps), After(steps));
                var commands = moves.Select((move, i) => Command(one, move, i)).ToArray();

                var single = commands.Select(command => one.Run.Do(one.Now, command)).ToList();
                var grouped = commands.Chunk(size).SelectMany(chunk => many.Run.Block(many.Now, chunk)).ToList();

                Assert.Equal(single.Select(Outcome), grouped.Select(Outcome));
                Assert.Equal(one.Picture(), many.Picture());
            }, TestContext.Current.TestOutputHelper!.WriteLine, iter: Iterations);

    // Who owes pays with what comes first, so that it matters in which parts something comes.
    private static bool Owes(LedgerWalk walk) => walk.Run.State.View.Accounts.Any(account => account.Owed > 0);

    private static LedgerWalk After(Step[] steps)
    {
        var walk = new LedgerWalk();
        foreach (var step in steps)
            walk.Do(step);
        walk.Settle();
        return walk;
    }

    // Each may depend on the one before it: transfers, their reversals, holds and captures of them.
    private static Command Command(LedgerWalk walk, (int A, int B, long Amount) move, int number) => (number % 4) switch
    {
        0 => Ask.Move(LedgerWalk.AccountOf(move.A), LedgerWalk.AccountOf(move.B), move.Amount, Id(number)),
        1 => Ask.Reverse(Id(number - 1), move.Amount / 2 + 1, Id(number)),
        2 => Ask.Hold(LedgerWalk.AccountOf(move.A), Ask.To(LedgerWalk.AccountOf(move.B)), move.Amount, walk.Now + 100, Id(number)),
        _ => Ask.Capture(Id(number - 1), move.Amount / 2 + 1, final: move.A % 2 == 0, Id(number)),
    };

    private static Guid Id(int number) => LedgerId.Derive(Guid.Empty, "command", number);

    private static string Outcome(LedgerRecord record) =>
        $"{record.Command.Id} {record.Rejection} {record.Hold?.Status} {record.Hold?.Remaining} {record.Reversed} " + string.Join(';', record.Postings.SelectMany(posting =>
            posting.Entries.Select(entry => $"{entry.Account} {entry.Sequence} {entry.Amount} {entry.Posted} {entry.Held} {string.Join(',', entry.Lots.Select(lot => $"{lot.Terms.Id}{lot.Amount}/{lot.Pinned}"))}")));
}
