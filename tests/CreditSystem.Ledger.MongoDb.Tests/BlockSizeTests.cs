using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.MongoDb.Tests;

/// <summary>Nothing that can be asked for makes a block that the storage does not take. All sizes are a 128th of the real ones.</summary>
public sealed class BlockSizeTests(MongoServer mongo)
{
    private const int Together = 64 * 1024;

    private readonly InMemoryBlockStore store = new() { MaxBlockBytes = 2 * Together };
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Large_requests_that_come_at_once_are_spread_over_blocks()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var (alice, bob) = (await host.OpenAsync("alice", 10_000), await host.OpenAsync("bob"));
        var batches = Enumerable.Range(0, 40).Select(i => Ask.Atomically([.. Enumerable.Range(0, 10).Select(_ => Ask.Move(alice, bob, 1) with { Metadata = new string('m', 1000) })])).ToList();

        var outcomes = await Task.WhenAll(batches.Select(host.DoAsync).Append(host.DoAsync(Ask.Move(alice, bob, 7))));

        Assert.All(outcomes, outcome => Assert.True(outcome.Accepted));
        Assert.Equal(407, await host.PostedAsync(bob));
        Assert.All(store.Blocks(0), block => Assert.True(block.Content.Length <= Together));
    }

    [Fact]
    public async Task Captures_of_a_hold_over_many_grants_that_come_at_once_are_spread_over_blocks()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var (alice, bob) = (await host.OpenAsync("alice"), await host.OpenAsync("bob"));
        for (var i = 0; i < 100; i++)
            await host.DoAsync(Ask.Grant(alice, 10, priority: i));
        var hold = Ask.Hold(alice, Ask.To(bob), 1000, time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds());
        Assert.True((await host.DoAsync(hold)).Accepted);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.DoAsync(Ask.Capture(hold.Id, 5, final: false))));

        Assert.All(outcomes, outcome => Assert.True(outcome.Accepted));
        Assert.Equal(100, await host.PostedAsync(bob));
        Assert.All(store.Blocks(0), block => Assert.True(block.Content.Length <= Together));
    }

    [Fact]
    public async Task What_expires_on_many_accounts_at_once_is_swept_and_one_account_with_very_much_is_settled_in_slices()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var accounts = new List<Guid>();
        for (var i = 0; i < 12; i++)
        {
            accounts.Add(await host.OpenAsync($"u{i}", 100));
            await GrantAsync(host, accounts[i], i == 0 ? 600 : 20);
        }
        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(12, await Sweeper(host).SweepAsync(host.Partition, CancellationToken.None));

        Assert.Equal(12 * 100, (await host.Ledger.SnapshotAsync(Ask.Tenant, [.. accounts])).Sum(account => account!.Posted));
        Assert.All(store.Blocks(0), block => Assert.True(block.Content.Length <= Together / 8 * 15));
        Assert.True((await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task A_transfer_from_an_account_with_very_much_that_has_expired_goes_through()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var (alice, bob) = (await host.OpenAsync("alice", 100), await host.OpenAsync("bob"));
        await GrantAsync(host, alice, 600);
        time.Advance(TimeSpan.FromHours(2));

        var refused = await host.DoAsync(Ask.Move(alice, bob, 101));
        var moved = await host.DoAsync(Ask.Move(alice, bob, 100));

        Assert.Equal(100, refused.Rejection?.Available);
        Assert.True(moved.Accepted);
        Assert.Empty((await host.AccountAsync(alice)).Lots);
    }

    [Fact]
    public async Task What_alone_is_too_large_is_refused_at_once_for_good_and_alone()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var (alice, bob) = (await host.OpenAsync("alice", 10_000), await host.OpenAsync("bob"));
        var large = Ask.Atomically([.. Enumerable.Range(0, 130).Select(_ => Ask.Move(alice, bob, 1) with { Metadata = new string('m', 1000) })]);
        var appends = store.Appends;

        var refused = host.DoAsync(large);
        var moves = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.DoAsync(Ask.Move(alice, bob, 1))));

        Assert.Equal(LedgerUnavailableReason.TooLarge, (await Assert.ThrowsAsync<LedgerUnavailableException>(() => refused)).Reason);
        Assert.All(moves, move => Assert.True(move.Accepted));
        Assert.Equal(5, await host.PostedAsync(bob));
        Assert.True(store.Appends - appends <= 5, "It was repeated.");
    }

    [Fact]
    public async Task A_storage_that_takes_less_than_expected_is_believed_at_once()
    {
        await using var host = await EngineHost.StartAsync(store, time: time);
        var (alice, bob) = (await host.OpenAsync("alice", 10_000), await host.OpenAsync("bob"));
        store.MaxBlockBytes = 4096;
        var large = host.DoAsync(Ask.Atomically([.. Enumerable.Range(0, 20).Select(_ => Ask.Move(alice, bob, 1) with { Metadata = new string('m', 1000) })]));
        var appends = store.Appends;

        var moves = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.DoAsync(Ask.Move(alice, bob, 1))));

        Assert.Equal(LedgerUnavailableReason.TooLarge, (await Assert.ThrowsAsync<LedgerUnavailableException>(() => large)).Reason);
        Assert.All(moves, move => Assert.True(move.Accepted));
        Assert.True(store.Appends - appends < 60, "It was repeated.");
    }

    [Fact]
    public async Task The_real_storage_says_for_certain_that_a_block_is_too_large_and_pages_end_before_they_are()
    {
        using var real = await RealStore.StartAsync(mongo, await mongo.CreateDatabaseAsync("sizes"));
        var previous = new byte[32];
        for (var number = 1; number <= 4; number++)
        {
            var block = Block.Seal(0, number, 1000, RulesVersion.Newest, previous, RecordWriter.Write([LedgerRecord.Rejected(Ask.Open(new string('o', 3 * 1024 * 1024)), RejectionCode.AccountExists)]));
            Assert.True(await real.Blocks.TryAppendAsync(block, CancellationToken.None));
            previous = block.Hash;
        }
        var tooLarge = Block.Seal(0, 5, 1000, RulesVersion.Newest, previous, RecordWriter.Write([LedgerRecord.Rejected(Ask.Open(new string('o', 17 * 1024 * 1024)), RejectionCode.AccountExists)]));

        await Assert.ThrowsAsync<BlockTooLargeException>(() => real.Blocks.TryAppendAsync(tooLarge, CancellationToken.None));

        var page = await real.Blocks.ReadPageAsync(0, 0, 32, BlockPages.MaxBytes, CancellationToken.None);
        Assert.Equal([1L, 2L, 3L], page.Select(block => block.Number));
        Assert.True(page.MayGoOn(32));
        Assert.Equal([3L], (await real.Blocks.ReadPageAsync(0, 2, 1, BlockPages.MaxBytes, CancellationToken.None)).Select(block => block.Number));
        Assert.Equal([4L], (await real.Blocks.ReadPageAsync(0, 3, 32, BlockPages.MaxBytes, CancellationToken.None)).Select(block => block.Number));
    }

    private static void Small(LedgerOptions options) => options.MaxBlockBytes = Together;

    private ExpirySweeper Sweeper(EngineHost host) => new(host.Ledger, Options.Create(new LedgerOptions()), time, NullLogger<ExpirySweeper>.Instance);

    private async Task GrantAsync(EngineHost host, Guid account, int grants)
    {
        var expiresAt = time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, grants).Select(i => host.DoAsync(Ask.Grant(account, 1, expiresAt + i, priority: i % 100))));
        Assert.All(outcomes, outcome => Assert.True(outcome.Accepted));
    }
}
