using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Tests.Engine;

public sealed class SubmissionQueueTests
{
    private readonly SubmissionQueue queue = new(capacity: 8000, new SharedAllowance(1_000_000, 1).CreateShare(), quantum: 125);

    [Fact]
    public void A_tenant_with_much_to_do_delays_the_others_by_a_block_and_is_not_delayed_for_ever_by_them()
    {
        for (var i = 0; i < 8; i++)
            Assert.Null(queue.TryAdd(Batch("hostile", 1000)));
        var blocks = new List<(int Hostile, int Honest)>();
        for (var block = 0; block < 12; block++)
        {
            for (var i = 0; i < 30; i++)
                Assert.Null(queue.TryAdd(Batch("honest", 1)));
            var taken = queue.Take(1000);
            taken.ForEach(queue.Release);
            Assert.True(taken.Sum(submission => submission.Weight) <= 1000);
            blocks.Add((taken.Count(submission => submission.Tenant == "hostile"), taken.Count(submission => submission.Tenant == "honest")));
        }

        Assert.DoesNotContain(blocks.Zip(blocks.Skip(1)), pair => pair.First.Honest == 0 && pair.Second.Honest == 0);
        Assert.InRange(blocks.Sum(block => block.Hostile), 4, 8);
        Assert.True(blocks.Sum(block => block.Honest) >= 11 * 30);
    }

    [Fact]
    public void However_much_one_tenant_sends_there_is_room_for_another()
    {
        var admitted = Enumerable.Range(0, 100).Count(_ => queue.TryAdd(Batch("hostile", 1000)) is null);

        Assert.Equal(8, admitted);
        Assert.Equal(LedgerUnavailableReason.QueueFull, queue.TryAdd(Batch("hostile", 1000)));
        Assert.Null(queue.TryAdd(Batch("second", 4000)));
        Assert.Null(queue.TryAdd(Batch("third", 2000)));
        Assert.Equal(14_000, queue.Depth);
        queue.Drain().ForEach(queue.Release);
        Assert.Equal(0, queue.Depth);
        Assert.Null(queue.TryAdd(Batch("hostile", 20_000)));
    }

    [Fact]
    public void Where_memory_is_scarce_less_waits_and_a_queue_has_what_the_others_leave()
    {
        var memory = new SharedAllowance(total: 1000, parts: 4);
        var (first, second) = (new SubmissionQueue(8000, memory.CreateShare(), 125), new SubmissionQueue(8000, memory.CreateShare(), 125));

        Assert.Equal(1000, Enumerable.Range(0, 2000).Count(_ => first.TryAdd(Batch("one", 1)) is null));
        Assert.Equal(250, Enumerable.Range(0, 2000).Count(_ => second.TryAdd(Batch("two", 1)) is null));
        first.Drain().ForEach(first.Release);
        Assert.Equal(750, Enumerable.Range(0, 2000).Count(_ => second.TryAdd(Batch("two", 1)) is null));
    }

    [Fact]
    public async Task What_waits_is_still_taken_after_the_end_and_nothing_more_is_let_in()
    {
        Assert.Null(queue.TryAdd(Batch("one", 1)));
        queue.Complete();

        Assert.True(await queue.WaitAsync());
        Assert.Single(queue.Take(1000));
        Assert.False(await queue.WaitAsync());
        Assert.Equal(LedgerUnavailableReason.Stopping, queue.TryAdd(Batch("one", 1)));
    }

    private static Submission Batch(string tenant, int items) => new(
    [
        new TransferBatch(Guid.NewGuid(), [], tenant, null, [.. Enumerable.Repeat<Transfer>(null!, items)]),
    ]);
}
