using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Outbox;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

public sealed class HistoryTests : IAsyncLifetime
{
    private readonly InMemoryBlockStore store = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private EngineHost host = null!;
    private Guid alice, bob;

    public async ValueTask InitializeAsync()
    {
        host = await EngineHost.StartAsync(store, time: time);
        (alice, bob) = (await host.OpenAsync("alice", 10_000), await host.OpenAsync("bob"));
        for (var i = 1; i <= 700; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await host.DoAsync(Ask.Move(alice, bob, 1));
        }
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task The_balance_at_any_time_is_that_of_the_last_entry_until_then()
    {
        var account = await host.AccountAsync(bob);
        foreach (var minute in new[] { 0, 1, 2, 63, 64, 65, 350, 699, 700, 5000 })
        {
            var balance = await host.Ledger.BalanceAtAsync(account, Minute(minute), CancellationToken.None);
            Assert.Equal(Math.Min(minute, 700), balance.Posted);
        }
        Assert.Equal(349, (await host.Ledger.BalanceAtAsync(account, Minute(350) - 1, CancellationToken.None)).Posted);
    }

    [Fact]
    public async Task A_statement_has_the_entries_of_its_period_oldest_first_between_its_two_balances()
    {
        var account = await host.AccountAsync(bob);

        var statement = await host.Ledger.StatementAsync(account, Minute(10), Minute(650), CancellationToken.None);
        var entries = new List<long>();
        await foreach (var entry in statement.Entries)
            entries.Add(entry.Posted);

        Assert.Equal((9, 649), (statement.Opening.Posted, statement.Closing.Posted));
        Assert.Equal(Enumerable.Range(10, 640).Select(posted => (long)posted), entries);
    }

    [Fact]
    public async Task Pages_of_entries_go_back_to_the_first_without_a_gap()
    {
        var account = await host.AccountAsync(alice);
        var sequences = new List<long>();
        for (HistoryPosition? next = null; ;)
        {
            var page = await host.Ledger.EntriesAsync(account, next, 150, CancellationToken.None);
            sequences.AddRange(page!.Entries.Select(entry => entry.Sequence));
            if ((next = page.Next) is null)
                break;
        }
        Assert.Equal(Enumerable.Range(1, 701).Reverse().Select(sequence => (long)sequence), sequences);
        Assert.Null(await host.Ledger.EntriesAsync(account, new HistoryPosition(5, 1), 10, CancellationToken.None));
    }

    [Fact]
    public async Task The_outbox_tells_each_event_once_with_the_same_id_at_every_reading()
    {
        var hold = Ask.Hold(alice, Ask.To(bob), 10, Minute(100_000));
        await host.DoAsync(hold);
        await host.DoAsync(Ask.Capture(hold.Id));
        await host.DoAsync(Ask.Move(bob, alice, 1_000_000));
        var reader = new OutboxReader(store);

        var first = await ReadAsync(reader);
        var second = await ReadAsync(reader);

        Assert.Equal(first.Select(one => one.Id), second.Select(one => one.Id));
        Assert.Equal(first.Count, first.Select(one => one.Id).Distinct().Count());
        Assert.Equal(["account.opened", "transfer.posted", "account.opened"], first.Take(3).Select(one => one.Type));
        Assert.Equal(["hold.placed", "hold.captured"], first.TakeLast(2).Select(one => one.Type));
        Assert.Equal(2 + 1 + 700 + 2, first.Count);
    }

    [Fact]
    public async Task A_snapshot_shows_several_accounts_as_of_one_block()
    {
        var moving = Enumerable.Range(0, 200).Select(_ => host.DoAsync(Ask.Move(alice, bob, 1))).ToList();
        while (!moving.TrueForAll(move => move.IsCompleted))
        {
            var snapshot = await host.Ledger.SnapshotAsync(Ask.Tenant, [alice, bob]);
            Assert.Equal(10_000, snapshot.Sum(account => account!.Posted));
        }
        Assert.Null((await host.Ledger.SnapshotAsync("another", [alice]))[0]);
    }

    private static async Task<List<OutboxEvent>> ReadAsync(OutboxReader reader)
    {
        var events = new List<OutboxEvent>();
        for (var block = 0L; ;)
        {
            var batch = await reader.ReadAsync(0, block, 50, CancellationToken.None);
            events.AddRange(batch.Events);
            if (batch.Block == block)
                return events;
            block = batch.Block;
        }
    }

    private static long Minute(int minute) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute).ToUnixTimeMilliseconds();
}
