using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Testing;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>The entries of accounts beside the log: found without it, and of no account what the log does not say.</summary>
public sealed class EntryProjectionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly InMemoryBlockStore store = new();
    private readonly FakeTimeProvider time = new(Start);

    [Fact]
    public async Task What_has_been_projected_is_read_without_a_block_of_the_log()
    {
        var bob = await FillAsync(300);
        await using var host = await EngineHost.StartAsync(store, time: time);
        var account = await host.AccountAsync(bob);
        var first = await ReadAsync(host, account);
        var (blocks, queries) = (0, store.Projections.EntryReads);
        store.OnRead = () => blocks++;

        Assert.Equal(first, await ReadAsync(host, account));

        Assert.Equal((0, queries), (blocks, store.Projections.EntryReads));
        Assert.Equal(300, (await host.Ledger.EntriesAsync(account, null, 200, CancellationToken.None))!.Entries[0].Sequence);
    }

    [Fact]
    public async Task A_cold_page_costs_one_question()
    {
        var bob = await FillAsync(300);
        await using var host = await EngineHost.StartAsync(store, time: time);
        var account = await host.AccountAsync(bob);
        var blocks = 0;
        store.OnRead = () => blocks++;

        var page = await host.Ledger.EntriesAsync(account, null, 50, CancellationToken.None);

        Assert.Equal(Enumerable.Range(251, 50).Reverse().Select(number => (long)number), page!.Entries.Select(entry => entry.Sequence));
        Assert.Equal((0, 1), (blocks, store.Projections.EntryReads));
    }

    public static TheoryData<string> Damages => ["all gone", "some gone", "a byte changed", "of another account", "overlapping"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Whatever_befalls_the_projection_the_history_is_that_of_the_log(string damage)
    {
        var bob = await FillAsync(300);
        string expected;
        await using (var host = await EngineHost.StartAsync(store, new InMemoryProjectionStore(), time))
            expected = await ReadAsync(host, await host.AccountAsync(bob));
        Damage(damage, bob);

        await using var damaged = await EngineHost.StartAsync(store, time: time);

        Assert.Equal(expected, await ReadAsync(damaged, await damaged.AccountAsync(bob)));
    }

    [Fact]
    public async Task The_newest_page_agrees_with_the_balance_or_is_read_from_the_log()
    {
        var bob = await FillAsync(100);
        Double(bob, 65);

        await using var host = await EngineHost.StartAsync(store, time: time);
        var page = await host.Ledger.EntriesAsync(await host.AccountAsync(bob), null, 50, CancellationToken.None);

        Assert.All(page!.Entries, entry => Assert.Equal((1, entry.Sequence), (entry.Amount, entry.Posted)));
    }

    [Fact]
    public async Task An_entry_that_the_one_after_it_does_not_follow_from_is_read_from_the_log()
    {
        var bob = await FillAsync(100);
        Double(bob, 1);

        await using var host = await EngineHost.StartAsync(store, time: time);
        var page = await host.Ledger.EntriesAsync(await host.AccountAsync(bob), null, 100, CancellationToken.None);

        Assert.All(page!.Entries, entry => Assert.Equal((1, entry.Sequence), (entry.Amount, entry.Posted)));
    }

    [Fact]
    public async Task The_first_entry_begins_at_zero_or_is_read_from_the_log()
    {
        var bob = await FillAsync(1);
        Double(bob, 1);

        await using var host = await EngineHost.StartAsync(store, time: time);
        var page = await host.Ledger.EntriesAsync(await host.AccountAsync(bob), null, 10, CancellationToken.None);

        Assert.Equal(1, Assert.Single(page!.Entries).Amount);
    }

    [Fact]
    public async Task What_there_was_no_room_for_is_projected_from_the_log()
    {
        var bob = await FillAsync(100);
        store.Projections.Chunks.Clear();
        var recent = new EntryBatch();
        foreach (var block in store.Blocks(0).Skip(40).Take(20))
            recent.Add(block.Number, block.ReadRecords());
        var records = new RecordIndex(0, store, store.Projections, 1000, new SharedAllowance(1, 1).CreateShare());

        var entries = new CheckpointEntries([recent], records, After: 0, IsWorkedOut: false);
        await new EntryProjection(store.Projections).WriteAsync(entries, 0, 103, CancellationToken.None);

        Assert.Equal(Enumerable.Range(1, 100).Select(number => (long)number), Projected(bob).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task A_log_that_was_not_projected_is_from_now_on_and_all_of_it_by_a_rebuild()
    {
        var bob = await FillAsync(100);
        store.Projections.Chunks.Clear();
        await MoveAsync(100);
        Assert.Equal(100, Projected(bob).First().Sequence - 1);

        store.Projections.Accounts.Clear();
        store.Projections.Saved.Clear();
        await MoveAsync(1);

        Assert.Equal(Enumerable.Range(1, 201).Select(number => (long)number), Projected(bob).Select(entry => entry.Sequence).Distinct());
    }

    [Fact]
    public void A_chunk_is_read_as_it_was_written_or_not_at_all() =>
        Gen.Select(Entries, Gen.Int[0, 10_000], Gen.Byte[1, 255]).Sample((entries, place, change) =>
        {
            var chunk = EntryChunk.Pack(Guid.NewGuid(), entries);
            Assert.Equal(entries, chunk.TryUnpack()!);
            chunk.Content[place % chunk.Content.Length] ^= change;
            Assert.Null(chunk.TryUnpack());
            chunk.Content[place % chunk.Content.Length] ^= change;
            Assert.Null((chunk with { Account = Guid.NewGuid() }).TryUnpack());
            Assert.Null((chunk with { First = chunk.First + 1 }).TryUnpack());
            Assert.Null((chunk with { Content = chunk.Content[..^1] }).TryUnpack());
        }, iter: 2000);

    [Fact]
    public async Task What_was_due_at_a_time_counts_from_then_on_and_what_came_after_it_does_not()
    {
        await using var host = await EngineHost.StartAsync(store, time: time);
        var (alice, bob) = (await host.OpenAsync("alice"), await host.OpenAsync("bob"));
        await host.DoAsync(Ask.Grant(alice, 10, Minute(10)));
        await host.DoAsync(Ask.Grant(bob, 20, Minute(20)));
        time.Advance(TimeSpan.FromMinutes(60));
        // Bob's is posted first, although Alice's was due before it.
        await host.AccountAsync(bob);
        await host.AccountAsync(alice);

        var breakage = LedgerId.ForSystemAccount(Ask.Tenant, SystemAccount.Breakage, Ask.Asset);

        Assert.Equal([10, 0], await AtAsync(alice, 9, 10));
        // Of two entries with one time of posting the first took effect later.
        Assert.Equal([0, 0, 30, 30], await AtAsync(breakage, 9, 19, 20, 60));

        async Task<List<long>> AtAsync(Guid id, params int[] minutes)
        {
            var (account, posted) = (await host.AccountAsync(id), new List<long>());
            foreach (var minute in minutes)
                posted.Add((await host.Ledger.BalanceAtAsync(account, Minute(minute), CancellationToken.None)).Posted);
            return posted;
        }
    }

    private static readonly Gen<HistoryEntry[]> Entries =
        Gen.Select(
            Gen.Select(Gen.Int[1, 5], Gen.Long[-1000, 1000], Gen.Long[0, 500], Gen.Int[0, 3000], Gen.String.Null(), Gen.Guid).Array[1, 64],
            Gen.Long[0, long.MaxValue / 1000], Gen.Long[-100_000, 100_000]).Select((parts, before, opening) =>
            {
                var (entries, block, at, posted) = (new List<HistoryEntry>(), before, 0L, opening);
                foreach (var (step, amount, held, wait, reference, id) in parts)
                {
                    (at, posted) = (at + wait, posted + amount);
                    entries.Add(new HistoryEntry(
                        before + 1 + entries.Count, id, TransferKind.Burn, amount, posted, held, reference, block + step, at, at - wait / 2,
                        block));
                    block += step;
                }
                return entries.ToArray();
            });

    private void Damage(string damage, Guid account)
    {
        var chunks = store.Projections.Chunks;
        var own = chunks.Values.Where(chunk => chunk.Account == account).OrderBy(chunk => chunk.First).ToList();
        Assert.NotEmpty(own);
        foreach (var chunk in own.Where((_, i) => damage == "all gone" || (own.Count - 1 - i) % 2 == 0))
        {
            var entries = chunk.Unpack();
            var key = (chunk.Account, chunk.First);
            switch (damage)
            {
                case "a byte changed":
                    chunk.Content[chunk.Content.Length / 2] ^= 1;
                    break;
                case "of another account":
                    chunks[key] = EntryChunk.Pack(Guid.NewGuid(), entries);
                    break;
                case "overlapping":
                    chunks[key] = EntryChunk.Pack(account, entries[..(entries.Length * 2 / 3 + 1)]);
                    foreach (var part in new[] { entries[(entries.Length / 3)..], entries[(entries.Length / 2)..] })
                        chunks[(account, part[0].Sequence)] = EntryChunk.Pack(account, part);
                    break;
                default:
                    chunks.TryRemove(key, out _);
                    break;
            }
        }
    }

    private void Double(Guid account, long first)
    {
        var range = Projected(account).Where(entry => EntryChunk.RangeOf(entry.Sequence) == first)
            .DistinctBy(entry => entry.Sequence).ToList();
        foreach (var entry in range)
            store.Projections.Chunks.TryRemove((account, entry.Sequence), out _);
        store.Projections.Chunks[(account, first)] = EntryChunk.Pack(account, [.. range.Select(entry => entry with { Amount = 2 })]);
    }

    // Pages back to the first entry, a statement, and balances at many times.
    private static async Task<string> ReadAsync(EngineHost host, AccountState account)
    {
        var lines = new List<string>();
        for (HistoryPosition? next = null; ;)
        {
            var page = (await host.Ledger.EntriesAsync(account, next, 37, CancellationToken.None))!;
            lines.AddRange(page.Entries.Select(entry => entry.ToString()));
            if ((next = page.Next) is null)
                break;
        }
        var statement = await host.Ledger.StatementAsync(account, Minute(20), Minute(270), CancellationToken.None);
        lines.Add($"{statement.Opening} {statement.Closing}");
        await foreach (var entry in statement.Entries)
            lines.Add(entry.ToString());
        for (var minute = 0; minute < 310; minute += 7)
            lines.Add($"{await host.Ledger.BalanceAtAsync(account, Minute(minute), CancellationToken.None)}");
        return string.Join('\n', lines);
    }

    private IEnumerable<HistoryEntry> Projected(Guid account) =>
        store.Projections.Chunks.Values.Where(chunk => chunk.Account == account).SelectMany(chunk => chunk.Unpack())
            .OrderBy(entry => entry.Sequence);

    // The replica is stopped then, and has written all of the projection.
    private async Task<Guid> FillAsync(int moves)
    {
        await using var host = await EngineHost.StartAsync(store, time: time);
        await host.OpenAsync("alice", 10_000);
        var bob = await host.OpenAsync("bob");
        await MoveAsync(host, moves);
        return bob;
    }

    private async Task MoveAsync(int moves)
    {
        await using var host = await EngineHost.StartAsync(store, time: time);
        await MoveAsync(host, moves);
    }

    private async Task MoveAsync(EngineHost host, int moves)
    {
        var (alice, bob) = (LedgerId.ForAccount(Ask.Tenant, "alice", Ask.Asset), LedgerId.ForAccount(Ask.Tenant, "bob", Ask.Asset));
        for (var i = 0; i < moves; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            var reference = i % 3 == 0 ? $"order {store.Appends}" : null;
            Assert.True((await host.DoAsync(Ask.Move(Ask.To(alice), Ask.To(bob), 1, reference: reference))).Accepted);
        }
    }

    private static long Minute(int minute) => Start.AddMinutes(minute).ToUnixTimeMilliseconds();
}
