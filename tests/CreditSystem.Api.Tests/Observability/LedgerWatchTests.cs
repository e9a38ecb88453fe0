using System.Diagnostics.Metrics;
using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Ledger.MongoDb.Tests;
using CreditSystem.Ledger.Verification;
using CreditSystem.ServiceDefaults;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Observability;

/// <summary>What somebody does to the database is seen by the ledger itself, without being asked.</summary>
[Collection(AloneCollection.Name)]
public sealed class LedgerWatchTests(MongoServer mongo)
{
    private const string Violations = "credit_system_ledger_invariant_violations";
    private const string ChainBreaks = "credit_system_ledger_chain_breaks";

    private static readonly Dictionary<string, string?> Often = new() { ["Ledger:AuditIntervalSeconds"] = "1", ["Ledger:ChainIntervalSeconds"] = "60" };

    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
    private readonly LogLines log = new();
    private readonly HealthReasons health = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shows_that_the_ledger_adds_up()
    {
        await using var host = await ObservedLedger.StartAsync(Often, time: time);
        var client = host.Client();
        await client.OpenFundedAsync("alice", 1000);
        await UntilAsync(() => Gauges(host).ContainsKey(ChainBreaks));

        var scrape = await Scrape.OfAsync(client);

        Assert.Equal(LedgerChecks.All.Where(check => check != LedgerChecks.Chain), scrape.Of(Violations).Select(sample => sample.Labels["check"]));
        Assert.All(scrape.Of(Violations), sample => Assert.Equal(0, sample.Value));
        Assert.Equal(0, Assert.Single(scrape.Of(ChainBreaks)).Value);
    }

    [Fact]
    public async Task Finds_the_byte_of_a_committed_block_that_is_changed_in_the_database_while_it_runs()
    {
        var database = await mongo.CreateDatabaseAsync("watch-chain");
        using var store = await RealStore.StartAsync(mongo, database);
        await using var host = await StartAsync(store);
        await host.Client().OpenFundedAsync("alice", 1000);
        await UntilAsync(() => Gauges(host).TryGetValue(ChainBreaks, out var breaks) && breaks == 0);
        Assert.DoesNotContain(log.Lines, IsAlarm);

        await ChangeOneByteAsync(database.GetCollection<BsonDocument>("blocks"));
        await UntilAsync(IsTold);

        Assert.Equal(1, Gauges(host)[ChainBreaks]);
        Assert.Contains(log.Lines, line => IsAlarm(line) && line.Contains("chain_unbroken does not hold in block 1 of partition", StringComparison.Ordinal));
        Assert.Equal(["ledger: chain_unbroken does not hold."], health.Current);
    }

    [Fact]
    public async Task Finds_what_is_spent_of_a_balance_that_was_changed_in_the_database()
    {
        var database = await mongo.CreateDatabaseAsync("watch-balance");
        using var store = await RealStore.StartAsync(mongo, database);
        string alice;
        await using (var before = await StartAsync(store))
            alice = await before.Client().OpenFundedAsync("alice", 1000);
        var accounts = database.GetCollection<BsonDocument>("accounts");
        var changed = await accounts.UpdateManyAsync(Builders<BsonDocument>.Filter.Eq("posted", 1000L), Builders<BsonDocument>.Update.Set("posted", 1_000_000L), cancellationToken: Cancellation);
        Assert.Equal(1, changed.ModifiedCount);

        await using var host = await StartAsync(store);
        Assert.Equal(201, (await host.Client().MoveAsync(alice, "revenue", 500_000)).Status);
        await UntilAsync(IsTold);

        Assert.InRange(Gauges(host)[$"{Violations}/{LedgerChecks.Entries}"], 1, long.MaxValue);
        Assert.Equal(0, Gauges(host)[ChainBreaks]);
        Assert.Equal(0, Gauges(host)[$"{Violations}/{LedgerChecks.Lots}"]);
        Assert.Contains(log.Lines, line => IsAlarm(line) && line.Contains("entries_sum_to_zero does not hold in block 3", StringComparison.Ordinal)
            && line.Contains($"tenant shop, account {alice}", StringComparison.Ordinal));
        Assert.Contains(LedgerChecks.Entries, Assert.Single(health.Current), StringComparison.Ordinal);
        Assert.DoesNotContain("shop", Assert.Single(health.Current), StringComparison.Ordinal);
    }

    /// <summary>The health is told last, after the gauges and the log.</summary>
    private bool IsTold() => health.Current.Count > 0;

    private static bool IsAlarm(string line) => line.Contains("LedgerWatch Critical", StringComparison.Ordinal);

    private Task<LedgerHost> StartAsync(RealStore store) => ObservedLedger.StartAsync(Often, store: store.Blocks, time: time, build: builder =>
    {
        builder.Services.AddSingleton(store.Projections);
        builder.Services.AddSingleton(health);
        builder.Logging.AddProvider(log);
    });

    /// <summary>Lets time pass until it is as expected, and what runs meanwhile have its own.</summary>
    private async Task UntilAsync(Func<bool> isExpected)
    {
        for (var turn = 0; !isExpected(); turn++)
        {
            Assert.True(turn < 1500, string.Join('\n', log.Lines));
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation);
        }
    }

    /// <summary>The host's own, by name and check: a scrape shows what other hosts of the process measure as well.</summary>
    private static Dictionary<string, long> Gauges(LedgerHost host)
    {
        var measured = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Scope == host.Services.GetRequiredService<IMeterFactory>())
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured[tags.Length == 0 ? instrument.Name : $"{instrument.Name}/{tags[0].Value}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    /// <summary>In the records that some block has.</summary>
    private static async Task ChangeOneByteAsync(IMongoCollection<BsonDocument> blocks)
    {
        var block = await blocks.Find(FilterDefinition<BsonDocument>.Empty).FirstAsync(Cancellation);
        var content = block["txs"].AsBsonBinaryData.Bytes;
        content[content.Length / 2] ^= 1;
        var change = Builders<BsonDocument>.Update.Set("txs", new BsonBinaryData(content));
        var result = await blocks.UpdateOneAsync(Builders<BsonDocument>.Filter.Eq("_id", block["_id"]), change, cancellationToken: Cancellation);
        Assert.Equal(1, result.ModifiedCount);
    }
}
