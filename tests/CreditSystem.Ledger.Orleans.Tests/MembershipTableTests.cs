using System.Net;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Orleans.Membership;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using Orleans;
using Orleans.Runtime;

namespace CreditSystem.Ledger.Orleans.Tests;

/// <summary>What Orleans asks of a table of members, on the real database.</summary>
public sealed class MembershipTableTests(MongoServer server) : IAsyncLifetime
{
    private static readonly DateTime Started = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    private IMongoDatabase database = null!;
    private MongoMembershipTable table = null!;

    public async ValueTask InitializeAsync()
    {
        database = await server.CreateDatabaseAsync("members");
        table = Open();
        await table.InitializeMembershipTable(tryInitTableVersion: true);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Begins_empty_however_often_it_is_made()
    {
        await Open().InitializeMembershipTable(tryInitTableVersion: true);

        var all = await table.ReadAll();

        Assert.Empty(all.Members);
        Assert.Equal(0, all.Version.Version);
    }

    [Fact]
    public async Task A_row_comes_back_with_all_that_was_written()
    {
        var entry = Entry(1);
        entry.SuspectTimes = [Tuple.Create(Address(2), Started.AddSeconds(3)), Tuple.Create(Address(3), Started.AddSeconds(4))];
        Assert.True(await table.InsertRow(entry, (await table.ReadAll()).Version.Next()));

        var (read, _) = Assert.Single((await table.ReadRow(Address(1))).Members);

        Assert.Equal(
            (entry.SiloAddress, entry.Status, entry.SiloName, entry.HostName, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime),
            (read.SiloAddress, read.Status, read.SiloName, read.HostName, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Equal(entry.SuspectTimes, read.SuspectTimes);
        Assert.Empty((await table.ReadRow(Address(2))).Members);
    }

    [Fact]
    public async Task Of_two_that_change_the_same_version_one_does()
    {
        var version = (await table.ReadAll()).Version.Next();

        var inserted = await Task.WhenAll(
            table.InsertRow(Entry(1), version), table.InsertRow(Entry(2), version), Open().InsertRow(Entry(3), version));

        Assert.Single(inserted, true);
        var all = await table.ReadAll();
        Assert.Equal((1, 1), (all.Members.Count, all.Version.Version));
    }

    [Fact]
    public async Task A_row_is_inserted_once_and_changed_by_its_newest_version_only()
    {
        Assert.True(await table.InsertRow(Entry(1), (await table.ReadAll()).Version.Next()));
        var before = await table.ReadAll();
        Assert.False(await table.InsertRow(Entry(1), before.Version.Next()));
        var (entry, etag) = before.Members[0];
        entry.Status = SiloStatus.Dead;

        Assert.True(await table.UpdateRow(entry, etag, before.Version.Next()));
        entry.Status = SiloStatus.Active;
        Assert.False(await table.UpdateRow(entry, etag, before.Version.Next()));
        Assert.False(await table.UpdateRow(Entry(7), (await table.ReadAll()).Version.VersionEtag, (await table.ReadAll()).Version.Next()));

        var after = await table.ReadAll();
        Assert.Equal((SiloStatus.Dead, 2), (after.Members[0].Item1.Status, after.Version.Version));
    }

    [Fact]
    public async Task A_sign_of_life_changes_the_time_and_no_version_and_makes_no_row()
    {
        Assert.True(await table.InsertRow(Entry(1), (await table.ReadAll()).Version.Next()));
        var (alive, stranger) = (Entry(1), Entry(2));
        alive.IAmAliveTime = stranger.IAmAliveTime = Started.AddMinutes(9);

        await table.UpdateIAmAlive(alive);
        await table.UpdateIAmAlive(stranger);

        var all = await table.ReadAll();
        Assert.Equal((Started.AddMinutes(9), 1), (Assert.Single(all.Members).Item1.IAmAliveTime, all.Version.Version));
    }

    [Fact]
    public async Task Only_the_dead_of_long_ago_are_cleaned_up()
    {
        foreach (var (number, status) in new[] { (1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Dead) })
        {
            var entry = Entry(number);
            entry.Status = status;
            entry.IAmAliveTime = number == 3 ? Started.AddHours(5) : Started;
            Assert.True(await table.InsertRow(entry, (await table.ReadAll()).Version.Next()));
        }

        await table.CleanupDefunctSiloEntries(Started.AddHours(1));

        Assert.Equal([Address(1), Address(3)], (await table.ReadAll()).Members.Select(member => member.Item1.SiloAddress).Order());
        await table.DeleteMembershipTableEntries("tests");
        Assert.Empty((await table.ReadAll()).Members);
    }

    internal static MongoMembershipTable Open(IMongoDatabase database, string cluster) => new(
        new LedgerDatabase((operation, token) => operation(database, token), partitions: null),
        Options.Create(new global::Orleans.Configuration.ClusterOptions { ClusterId = cluster, ServiceId = cluster }),
        TimeProvider.System, NullLogger<MongoMembershipTable>.Instance);

    private MongoMembershipTable Open() => Open(database, "tests");

    private static SiloAddress Address(int number) => SiloAddress.New(IPAddress.Parse($"10.0.0.{number}"), 11111, number);

    private static MembershipEntry Entry(int number) => new()
    {
        SiloAddress = Address(number),
        Status = SiloStatus.Active,
        SiloName = $"replica-{number}",
        HostName = $"host-{number}",
        ProxyPort = 0,
        StartTime = Started,
        IAmAliveTime = Started.AddSeconds(number),
    };
}
