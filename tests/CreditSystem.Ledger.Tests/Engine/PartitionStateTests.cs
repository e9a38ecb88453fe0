using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Projection.ResumePoints;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>
/// Which accounts a resume point has, and of which blocks it says so: all that have changed after the block that it begins after, whatever
/// became of the points and checkpoints before it.
/// </summary>
public sealed class PartitionStateTests
{
    private readonly PartitionState state;
    private Guid alice;

    public PartitionStateTests()
    {
        var (store, projections) = (new InMemoryBlockStore(), new InMemoryProjectionStore());
        var share = new SharedAllowance(1_000_000, 1).CreateShare();
        state = new PartitionState(
            new RecordIndex(0, store, projections, 1000, share), new RecentEntries(share), new RecentLists(share, new IndexedKeys()),
            new ColdAccounts(0, projections, 10), share, TimeProvider.System);
        state.ResumeAfter(0, checkpointed: 0);
    }

    [Fact]
    public void What_a_point_had_that_was_not_written_is_in_the_next_one_which_begins_where_it_did()
    {
        Open("alice");
        Written(Begin());
        var (bob, end) = (Open("bob"), state.Ledger.Head);
        var failed = Begin();
        Assert.Equal((end - 1, Names(bob)), (failed.After, Names(failed)));

        state.EndResumePoint(failed, new ResumePointOutcome(IsPaged: false, Covered: null, Lost: null));
        var carol = Open("carol");
        var next = Begin();

        Assert.Equal((end - 1, Names(bob, carol)), (next.After, Names(next)));
        Written(next);
        var dave = Open("dave");
        var last = Begin();
        Assert.Equal(state.Ledger.Head - 1, last.After);
        Assert.Equal(Names(dave), Names(last));
    }

    [Fact]
    public void What_was_opened_while_a_checkpoint_was_written_is_in_the_next_point()
    {
        Open("alice");
        var under = state.BeginCheckpoint();
        var bob = Open("bob");
        state.EndCheckpoint(under, new CheckpointOutcome(under.Block, Lost: null));

        Assert.Contains(bob, Names(Begin()).Split(' '));
    }

    [Fact]
    public void What_was_opened_and_another_replica_has_not_written_is_in_the_next_checkpoint()
    {
        Open("alice");
        var bob = Open("bob");
        // It has found one of an earlier block.
        state.EndCheckpoint(state.BeginCheckpoint(), new CheckpointOutcome(1, Lost: null));

        Assert.Contains(bob, state.BeginCheckpoint().Accounts.Select(account => account.Holder));
    }

    [Fact]
    public void A_point_with_all_begins_after_the_last_checkpoint_and_has_what_the_next_one_is_writing()
    {
        var early = Open("early");
        var under = state.BeginCheckpoint();
        Open("alice");
        var first = Begin(under);
        Written(first);
        var all = UntilAll(under);

        Assert.Equal(0, all.After);
        Assert.Contains(early, Names(all).Split(' '));

        state.EndCheckpoint(under, new CheckpointOutcome(under.Block, Lost: null));
        var later = UntilAll(inFlight: null);
        // Then nothing of before that checkpoint is needed any more.
        Assert.Equal(under.Block, later.After);
        Assert.Contains("alice", Names(later).Split(' '));
    }

    [Fact]
    public void What_a_checkpoint_had_that_was_not_written_is_in_a_point_with_all()
    {
        var early = Open("early");
        Written(Begin());
        var under = state.BeginCheckpoint();
        Open("alice");
        state.EndCheckpoint(under, new CheckpointOutcome(Block: null, Lost: null));

        Assert.Contains(early, Names(UntilAll(inFlight: null)).Split(' '));
    }

    /// <summary>The same account changes, until a point has all of the accounts that have changed since the checkpoint.</summary>
    private ResumePoint UntilAll(Checkpoint? inFlight)
    {
        Written(Begin(inFlight));
        for (var i = 0; i < 50; i++)
        {
            var head = state.Ledger.Head;
            Commit(Ask.Fund(alice, 1));
            var point = Begin(inFlight);
            Written(point);
            if (point.After < head)
                return point;
        }
        throw new InvalidOperationException("No point has all.");
    }

    private ResumePoint Begin(Checkpoint? inFlight = null) => state.BeginResumePoint(isPaged: true, inFlight);

    private void Written(ResumePoint point) =>
        state.EndResumePoint(point, new ResumePointOutcome(IsPaged: true, point.Block, Lost: null));

    private string Open(string holder)
    {
        var opened = Commit(Ask.Open(holder)).Opened[0];
        alice = opened.Holder == "alice" ? opened.Id : alice;
        return holder;
    }

    /// <summary>One block.</summary>
    private LedgerRecord Commit(Command command)
    {
        var view = new LedgerView(state.Ledger, state.Ledger.Head + 1, 1000 + state.Ledger.Head, RulesVersion.Newest);
        var record = Evaluator.Execute(view, command);
        state.Apply(Block.Seal(0, view.BlockNumber, view.At, view.Rules, state.Ledger.Hash, new byte[5]), view, view.Records);
        return record;
    }

    private static string Names(params string[] names) => string.Join(' ', names.Order(StringComparer.Ordinal));

    private static string Names(ResumePoint point) => Names([.. point.Accounts!.Select(account => account.Holder)]);
}
