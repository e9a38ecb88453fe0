using System.Net;
using CreditSystem.Ledger.Orleans.Status;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace CreditSystem.Ledger.Orleans.Tests;

/// <summary>What any replica says of who owns which log.</summary>
public sealed class ClusterStatusTests(MongoServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_replica_tells_the_same_of_all_and_counts_what_changed_hands()
    {
        var database = await server.CreateDatabaseAsync("status");
        await using var first = await TestReplica.StartAsync(database, ("Cluster:Name", "first"));
        await ClusterTests.UntilAsync(() => first.Owned.Count() == 6);
        await using var second = await TestReplica.StartAsync(database, ("Cluster:Name", "second"));
        await ClusterTests.UntilAsync(() => first.Owned.Count() == 3 && second.Owned.Count() == 3);
        await first.OpenAsync("alice", 100);

        var status = await ReadAsync(first);
        var seen = await ReadAsync(second);

        Assert.True(status.Settled);
        Assert.Equal(["first", "second"], status.Replicas.Select(replica => replica.Name));
        Assert.All(status.Replicas, replica => Assert.Equal((ReplicaState.Active, 3), (replica.State, replica.Owned)));
        Assert.Equal((6, 3), (status.Replicas[0].Taken, status.Replicas[0].HandedOver));
        Assert.Equal((3, 0), (status.Replicas[1].Taken, status.Replicas[1].HandedOver));
        Assert.Equal(
            first.Ledger.Partitions.Select(partition => partition.IsOwned ? "first" : "second"),
            status.Partitions.Select(log => Assert.Single(log.Owners)));
        Assert.All(status.Partitions, log => Assert.Equal(log.Owners[0] == "first" ? 1 : 2, log.Taken));
        Assert.All(status.Partitions, log => Assert.NotNull(log.Since));
        Assert.Equal(2, status.Partitions[first.Partition.Number].Block);
        Assert.Equal(status.Partitions.Select(log => (log.Partition, log.Owners[0], log.Since)),
            seen.Partitions.Select(log => (log.Partition, log.Owners[0], log.Since)));
    }

    [Fact]
    public async Task Without_a_cluster_the_process_owns_all()
    {
        var database = await server.CreateDatabaseAsync("status");
        await using var alone = await TestReplica.StartAsync(database, ("Cluster:Mode", "Single"), ("Cluster:Name", "alone"));

        var status = await ReadAsync(alone);

        Assert.True(status.Settled);
        var self = Assert.Single(status.Replicas);
        Assert.Equal(("alone", ReplicaState.Single, 6), (self.Name, self.State, self.Owned));
        Assert.All(status.Partitions, log => Assert.Equal((OwnerState.Owned, 0), (log.State, log.Taken)));
    }

    [Fact]
    public void Tells_nobody_from_perhaps_somebody_and_one_from_several()
    {
        var early = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var a = Member("a", Owned(0, early), NotOwned(1), NotOwned(2));
        var b = Member("b", Owned(0, early.AddMinutes(1)), Owned(1, early), NotOwned(2));
        var silent = new MemberReport("c", Address(3), ReplicaState.Active, Report: null, "It does not answer.");

        var known = ClusterStatusReader.Merge([a, b], 3);
        var unsure = ClusterStatusReader.Merge([a, b, silent], 3);

        Assert.Equal([OwnerState.Disputed, OwnerState.Owned, OwnerState.Unowned], known.Partitions.Select(log => log.State));
        Assert.Equal(["b", "a"], known.Partitions[0].Owners);
        Assert.Equal(early.AddMinutes(1), known.Partitions[0].Since);
        Assert.Equal([OwnerState.Disputed, OwnerState.Owned, OwnerState.Unknown], unsure.Partitions.Select(log => log.State));
        Assert.False(known.Settled);
        Assert.Equal("It does not answer.", unsure.Replicas[2].Silence);
        Assert.False(ClusterStatusReader.Merge([Member("a", Owned(0, early)), silent], 1).Settled);
        Assert.True(ClusterStatusReader.Merge([Member("a", Owned(0, early))], 1).Settled);
    }

    private static async Task<ClusterStatus> ReadAsync(TestReplica replica) =>
        await replica.Services.GetRequiredService<ClusterStatusReader>().ReadAsync(Cancellation);

    private static MemberReport Member(string name, params LogReport[] logs) =>
        new(name, Address(name[0]), ReplicaState.Active, new ReplicaReport(name, HandedOver: 0, logs), Silence: null);

    private static LogReport Owned(int number, DateTimeOffset since) => new(number, IsOwned: true, since, 1, 0, 7, 0, 0, 0, 0);

    private static LogReport NotOwned(int number) => new(number, IsOwned: false, Since: null, 0, 0, 7, 0, 0, 0, 0);

    private static SiloAddress Address(int number) => SiloAddress.New(IPAddress.Parse($"10.0.0.{number}"), 11111, number);
}
