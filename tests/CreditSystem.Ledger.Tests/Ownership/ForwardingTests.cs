using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Ownership;

/// <summary>Commands that arrive at a replica that does not own their log.</summary>
public sealed class ForwardingTests
{
    private readonly InMemoryBlockStore store = new();
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task A_command_is_committed_by_the_owner_wherever_it_arrives()
    {
        await using var replicas = new Replicas();
        await replicas.AddAsync(store, store.Projections);
        // What the second writes fails the test.
        await replicas.AddAsync(new ReadOnlyStore(store), store.Projections);
        await replicas.OwnAsync(0);
        var alice = await replicas[0].OpenAsync("alice", 100);
        var bob = await replicas[1].OpenAsync("bob");
        var move = Ask.Move(alice, bob, 30);

        var there = await replicas[1].DoAsync(move);
        var again = await replicas[0].Ledger.ExecuteAsync(move);

        Assert.Equal(RecordWriter.Write([again!.Value.Record]), RecordWriter.Write([there]));
        Assert.Equal((again.Value.Record.Block, again.Value.Record.At, true), (there.Block, there.At, again.Value.Replayed));
        Assert.Equal((70, 30), (await replicas[0].PostedAsync(alice), await replicas[1].PostedAsync(bob)));
    }

    [Fact]
    public async Task A_rejection_comes_back_with_its_figures_and_its_trace()
    {
        await using var replicas = await Replicas.StartAsync(store);
        await replicas.OwnAsync(0);
        var alice = await replicas[1].OpenAsync("alice", 5);
        var bob = await replicas[1].OpenAsync("bob");

        var rejected = await replicas[1].DoAsync(Ask.Move(alice, bob, 30) with { TraceId = "trace-7" });

        Assert.Equal(new Rejection(RejectionCode.InsufficientFunds, 5, 30), rejected.Rejection);
        Assert.Equal("trace-7", rejected.Command.TraceId);
    }

    [Fact]
    public async Task The_commands_of_one_request_come_back_in_their_order_and_are_replayed_together_at_another_replica()
    {
        await using var replicas = await Replicas.StartAsync(store, count: 3);
        await replicas.OwnAsync(0);
        var alice = await replicas[1].OpenAsync("alice", 100);
        var bob = await replicas[1].OpenAsync("bob");
        var header = TransferBatch.Header(Guid.NewGuid(), new byte[32], Ask.Tenant, null);
        Command[] moves = [Ask.Move(alice, bob, 60), Ask.Move(alice, bob, 60), Ask.Move(alice, bob, 40)];

        var first = await replicas[1].Ledger.ExecuteAsync(header, moves);
        var second = await replicas[2].Ledger.ExecuteAsync(header, moves);

        Assert.Equal([true, true, false, true], first!.Select(outcome => outcome.Record.Accepted));
        Assert.Equal(moves.Select(move => move.Id), first!.Skip(1).Select(outcome => outcome.Record.Command.Id));
        Assert.All(second!, outcome => Assert.True(outcome.Replayed));
        Assert.Equal(RecordWriter.Write([.. first!.Select(outcome =>
            outcome.Record)]), RecordWriter.Write([.. second!.Select(outcome => outcome.Record)]));
        Assert.Equal(100, await replicas[2].PostedAsync(bob));
    }

    [Fact]
    public async Task A_replica_that_the_others_call_dead_waits_for_no_answer_of_theirs()
    {
        // Longer than the test has timeout: the deadline is not what ends the wait.
        await using var replicas = await Replicas.StartAsync(store, configure: options => options.CommitTimeoutSeconds = 300);
        await replicas.OwnAsync(0);
        var alice = await replicas[1].OpenAsync("alice");
        var (sent, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        replicas.BeforeArrival = () =>
        {
            sent.TrySetResult();
            return answer.Task;
        };
        var waiting = replicas[1].Ledger.ExecuteAsync(Ask.Fund(alice, 5));
        await sent.Task;

        replicas[1].Partition.StopForwarding();

        var unknown = await Assert.ThrowsAsync<LedgerUnavailableException>(
            () => waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => replicas[1].Ledger.ExecuteAsync(Ask.Fund(alice, 5)));
        Assert.Equal((LedgerUnavailableReason.Storage, LedgerUnavailableReason.Stopping), (unknown.Reason, refused.Reason));
        answer.SetResult();
    }

    [Fact]
    public async Task What_has_expired_is_settled_by_the_owner_when_another_replica_is_asked()
    {
        await using var replicas = await Replicas.StartAsync(store, time: time);
        await replicas.OwnAsync(0);
        var alice = await replicas[1].OpenAsync("alice");
        await replicas[1].DoAsync(Ask.Grant(alice, 50, expiresAt: time.GetUtcNow().AddMilliseconds(200).ToUnixTimeMilliseconds()));
        time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Equal(0, (await replicas[1].AccountAsync(alice)).Posted);
        Assert.Contains(store.Blocks(0).SelectMany(block => block.ReadRecords()), record => record.Command is ExpireLot);
    }

    [Fact]
    public async Task What_comes_in_while_a_message_is_under_way_goes_together_in_the_next_one()
    {
        await using var replicas = await Replicas.StartAsync(store);
        await replicas.OwnAsync(0);
        var alice = await replicas[0].OpenAsync("alice", 1000);
        var bob = await replicas[0].OpenAsync("bob");
        var arrival = new TaskCompletionSource();
        replicas.BeforeArrival = () => arrival.Task;

        var moves = new List<Task<LedgerRecord>>();
        for (var i = 0; i < 100; i++)
        {
            moves.Add(replicas[1].DoAsync(Ask.Move(alice, bob, 1)));
            await Task.Yield();
        }
        await WaitUntil.TrueAsync(() => replicas[1].Partition.ForwardedDepth == 100);
        arrival.SetResult();
        await Task.WhenAll(moves);

        Assert.InRange(replicas.Messages, 1, 2);
        Assert.Equal(100, await replicas[1].PostedAsync(bob));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_is_lost_or_whose_answer_is_lost_changes_nothing_twice(bool arrives)
    {
        await using var replicas = await Replicas.StartAsync(store);
        await replicas.OwnAsync(0);
        var alice = await replicas[1].OpenAsync("alice", 100);
        var bob = await replicas[1].OpenAsync("bob");
        var lost = 0;
        Func<Task> lose = () => Interlocked.Increment(ref lost) <= 3 ? throw new TimeoutException("lost") : Task.CompletedTask;
        (replicas.BeforeArrival, replicas.BeforeAnswer) = arrives ? (replicas.BeforeArrival, lose) : (lose, replicas.BeforeAnswer);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => replicas[1].DoAsync(Ask.Move(alice, bob, 2))));

        Assert.All(outcomes, outcome => Assert.True(outcome.Accepted));
        Assert.True(lost > 3);
        Assert.Equal((60, 40), (await replicas[0].PostedAsync(alice), await replicas[0].PostedAsync(bob)));
        Assert.Equal(20, store.Blocks(0).SelectMany(block => block.ReadRecords()).Count(record =>
            record.Command is Transfer { Kind: TransferKind.Transfer }));
    }

    [Fact]
    public async Task An_owner_that_never_answers_costs_a_caller_no_more_than_a_commit_may_take()
    {
        await using var replicas = await Replicas.StartAsync(store, configure: options => options.CommitTimeoutSeconds = 1);
        await replicas.OwnAsync(0);
        replicas.BeforeArrival = () => throw new TimeoutException("cut off");

        var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => replicas[1].OpenAsync("alice"));

        Assert.Equal(LedgerUnavailableReason.Storage, refused.Reason);
        Assert.Empty(store.Blocks(0));
    }

    [Fact]
    public async Task A_full_queue_of_the_owner_is_named_as_such()
    {
        await using var replicas = await Replicas.StartAsync(store, configure: options => options.QueueCapacity = 4);
        await replicas.OwnAsync(0);
        var alice = await replicas[0].OpenAsync("alice", 1000);
        var bob = await replicas[0].OpenAsync("bob");
        var (paused, resume) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.BeforeAppend = _ =>
        {
            paused.TrySetResult();
            return resume.Task;
        };
        // At the owner itself, so that what comes from elsewhere finds no room.
        var inside = Enumerable.Range(0, 8).Select(_ => replicas[0].DoAsync(Ask.Move(alice, bob, 1))).ToList();
        await paused.Task;

        var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => replicas[1].DoAsync(Ask.Move(alice, bob, 1)));
        resume.SetResult();

        Assert.Equal((LedgerUnavailableReason.QueueFull, "The queue of this tenant's log is full."), (refused.Reason, refused.Message));
        await Task.WhenAll(inside.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default)));
    }

    [Fact]
    public async Task A_request_that_no_block_can_hold_is_named_as_such()
    {
        await using var replicas = await Replicas.StartAsync(store);
        await replicas.OwnAsync(0);
        store.MaxBlockBytes = 200;

        var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => replicas[1].OpenAsync("alice"));

        Assert.Equal(LedgerUnavailableReason.TooLarge, refused.Reason);
    }

    [Fact]
    public async Task A_command_whose_caller_has_given_up_is_not_executed_by_the_owner()
    {
        await using var replicas = await Replicas.StartAsync(store, time: time, configure: options => options.CommitTimeoutSeconds = 5);
        await replicas.OwnAsync(0);
        var (paused, resume) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.BeforeAppend = async block =>
        {
            if (paused.TrySetResult())
                await resume.Task;
        };
        var first = replicas[0].OpenAsync("first");
        await paused.Task;
        var late = Ask.Open("late");
        var refused = replicas[1].DoAsync(late);
        // The owner has it, and the caller has no more time.
        await WaitUntil.TrueAsync(() => replicas[0].Partition.QueueDepth == 2);
        time.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => refused);
        resume.SetResult();
        await first.ContinueWith(_ => { }, TaskScheduler.Default);
        await replicas[0].OpenAsync("last");

        Assert.DoesNotContain(store.Blocks(0).SelectMany(block => block.ReadRecords()), record => record.Command.Id == late.Id);
    }

    private sealed class ReadOnlyStore(InMemoryBlockStore store) : IBlockStore
    {
        public Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Not the owner.");

        public Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long number, int limit, CancellationToken cancellationToken) =>
            store.ReadAfterAsync(partition, number, limit, cancellationToken);

        public Task<IReadOnlyList<Block>> ReadPageAsync(int partition, long number, int limit, long maxBytes,
            CancellationToken cancellationToken) =>
            store.ReadPageAsync(partition, number, limit, maxBytes, cancellationToken);

        public Task<Block?> ReadAsync(int partition, long number, CancellationToken cancellationToken) =>
            store.ReadAsync(partition, number, cancellationToken);

        public Task<int> RulesAsync(int? atLeast, CancellationToken cancellationToken) => store.RulesAsync(atLeast, cancellationToken);

        public Task<long?> ReadClockAsync(CancellationToken cancellationToken) => store.ReadClockAsync(cancellationToken);
    }
}
