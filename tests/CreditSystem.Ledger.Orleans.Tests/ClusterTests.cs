using System.Diagnostics;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing.Servers;
using MongoDB.Driver;

namespace CreditSystem.Ledger.Orleans.Tests;

/// <summary>Replicas of one ledger that Orleans brings together.</summary>
public sealed class ClusterTests(MongoServer server)
{
    [Fact]
    public async Task Every_partition_has_one_owner_and_each_replica_has_a_share()
    {
        var database = await server.CreateDatabaseAsync("cluster");
        await using var first = await TestReplica.StartAsync(database);
        await UntilAsync(() => first.Owned.Count() == 6);
        await using var second = await TestReplica.StartAsync(database);
        await using var third = await TestReplica.StartAsync(database);

        await UntilAsync(() => first.Owned.Concat(second.Owned).Concat(third.Owned).Order().SequenceEqual([0, 1, 2, 3, 4, 5])
            && first.Owned.Count() == 2 && second.Owned.Count() == 2 && third.Owned.Count() == 2);
    }

    [Fact]
    public async Task A_transfer_a_replay_and_a_rejection_have_one_outcome_at_every_replica()
    {
        var database = await server.CreateDatabaseAsync("cluster");
        await using var first = await TestReplica.StartAsync(database);
        await using var second = await TestReplica.StartAsync(database);
        await UntilAsync(() => first.Owned.Count() == 3 && second.Owned.Count() == 3);
        var (owner, other) = first.Partition.IsOwned ? (first, second) : (second, first);
        var alice = await other.OpenAsync("alice", 100);
        var bob = await owner.OpenAsync("bob");
        var move = Ask.Move(alice, bob, 30);

        var there = await other.DoAsync(move);
        var again = await owner.Ledger.ExecuteAsync(move);
        var rejected = await other.DoAsync(Ask.Move(alice, bob, 71));

        Assert.Equal((there.Block, there.Command.Id, true), (again!.Value.Record.Block, move.Id, again.Value.Replayed));
        Assert.Equal((70, 71), (rejected.Rejection!.Available, rejected.Rejection.Required));
        Assert.Equal((30, 30), (await owner.PostedAsync(bob), await other.PostedAsync(bob)));
    }

    [Fact]
    public async Task A_replica_that_ends_in_good_order_hands_its_partitions_over_and_no_request_fails()
    {
        var database = await server.CreateDatabaseAsync("cluster");
        await using var first = await TestReplica.StartAsync(database);
        await using var second = await TestReplica.StartAsync(database);
        await using var third = await TestReplica.StartAsync(database);
        await UntilAsync(() => first.Owned.Count() == 2 && second.Owned.Count() == 2 && third.Owned.Count() == 2);
        TestReplica[] all = [first, second, third];
        var owner = all.Single(replica => replica.Partition.IsOwned);
        var others = all.Where(replica => replica != owner).ToArray();
        var alice = await owner.OpenAsync("alice", 1_000_000);
        var bob = await owner.OpenAsync("bob");
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 8).Select(client => MoveUntilAsync(others[client % 2], alice, bob, stop.Token)).ToList();
        await Task.Delay(300, TestContext.Current.CancellationToken);

        await owner.StopAsync();
        await UntilAsync(() => others.Sum(replica => replica.Owned.Count()) == 6);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        var (moved, longest) = ((await Task.WhenAll(clients)).Sum(client => client.Moved), (await Task.WhenAll(clients)).Max(client =>
            client.Longest));

        TestContext.Current.TestOutputHelper?.WriteLine($"{moved} transfers, the longest took {longest.TotalMilliseconds:F0} ms");
        Assert.Equal(moved, await others[0].PostedAsync(bob));
        Assert.True((await others[0].Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
    }

    internal static async Task<(int Moved, TimeSpan Longest)> MoveUntilAsync(TestReplica replica, Guid from, Guid to,
        CancellationToken stop)
    {
        var (moved, longest) = (0, TimeSpan.Zero);
        for (; !stop.IsCancellationRequested; moved++)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.True((await replica.DoAsync(Ask.Move(from, to, 1))).Accepted);
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
        }
        return (moved, longest);
    }

    internal static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (isSo())
                return;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        Assert.Fail("It has not come about.");
    }
}
