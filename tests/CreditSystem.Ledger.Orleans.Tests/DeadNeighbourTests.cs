using System.Net;
using CreditSystem.Ledger.Orleans.Membership;
using CreditSystem.Testing.Servers;
using MongoDB.Driver;
using Orleans;
using Orleans.Runtime;

namespace CreditSystem.Ledger.Orleans.Tests;

/// <summary>Replicas that the table calls alive and that are not: killed, one of two or all at once.</summary>
public sealed class DeadNeighbourTests(MongoServer server)
{
    private const string ClusterId = "credit-system";

    // Longer than a busy machine takes; with Orleans' own times (signs of life every 30 s, three missed) a start takes a minute and a half.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task A_start_does_not_wait_for_replicas_that_died_all_at_once_a_moment_ago()
    {
        var database = await server.CreateDatabaseAsync("dead");
        var table = await OpenTableAsync(database);
        for (var replica = 0; replica < 3; replica++)
            await AddAsync(table, Now);

        await using var started = await TestReplica.StartAsync(database).WaitAsync(Timeout, TestContext.Current.CancellationToken);

        await ClusterTests.UntilAsync(() => started.Owned.Count() == 6);
        await UntilDeadAsync(table, 3);
    }

    [Fact]
    public async Task One_vote_of_the_one_that_is_left_of_two_is_enough()
    {
        var database = await server.CreateDatabaseAsync("dead");
        await using var left = await TestReplica.StartAsync(database);
        await ClusterTests.UntilAsync(() => left.Owned.Count() == 6);
        var table = await OpenTableAsync(database);

        // Signs of life that are not due yet: only probes can tell that nobody is there.
        var dead = await AddAsync(table, Now.AddMinutes(5));

        await UntilDeadAsync(table, 1);
        Assert.Equal(dead, Assert.Single(Dead(await table.ReadAll())).SiloAddress);
        await ClusterTests.UntilAsync(() => left.Owned.Count() == 6);
    }

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    private static async Task<MongoMembershipTable> OpenTableAsync(IMongoDatabase database)
    {
        var table = MembershipTableTests.Open(database, ClusterId);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        return table;
    }

    /// <summary>Adds the row of a replica at a port where nothing listens.</summary>
    private static async Task<SiloAddress> AddAsync(MongoMembershipTable table, DateTime seen)
    {
        var address = SiloAddress.New(IPAddress.Loopback, FreePort.Take(), SiloAddress.AllocateNewGeneration());
        var entry = new MembershipEntry
        {
            SiloAddress = address,
            Status = SiloStatus.Active,
            SiloName = $"dead-{address.Endpoint.Port}",
            HostName = "dead",
            StartTime = seen,
            IAmAliveTime = seen,
        };
        // A living replica may be changing the table as well.
        while (!await table.InsertRow(entry, (await table.ReadAll()).Version.Next()))
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        return address;
    }

    private static async Task UntilDeadAsync(MongoMembershipTable table, int count)
    {
        for (var i = 0; i < 300; i++)
        {
            if (Dead(await table.ReadAll()).Count() == count)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }
        Assert.Fail($"Not {count} are called dead.");
    }

    private static IEnumerable<MembershipEntry> Dead(MembershipTableData table) =>
        table.Members.Select(member => member.Item1).Where(member => member.Status == SiloStatus.Dead);
}
