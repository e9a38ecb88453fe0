using System.Security.Cryptography;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Projection.Ids;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>A start takes stored tables in place of the segments that they are of, and relies on neither where the other is gone.</summary>
public sealed class StoredIdTableTests
{
    private readonly InMemoryBlockStore store = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_table_that_was_stored_names_the_same_segments()
    {
        var segments = Enumerable.Range(0, 30).Select(i => IdSegment.Create(
            3, i * 10, i * 10 + 10, 1, RandomNumberGenerator.GetBytes(32), [.. Enumerable.Range(0, 500).Select(_ => (IdIndex.Key(Guid.NewGuid()), 1L))],
            [])).ToList();
        var table = IdTable.Of(segments);
        var stored = StoredIdTable.Pack(3, table);

        var read = stored.TryUnpack()!;

        Assert.Equal((table.After, table.Last, table.Count, true), (read.After, read.Last, read.Count, read.IsStored));
        Assert.Equal(table.Segments, read.Segments);
        var keys = new ulong[500];
        foreach (var segment in segments)
        {
            segment.CopyKeys(keys);
            Assert.All(keys, key => Assert.Equal(Found(table, key), Found(read, key)));
        }
        Assert.Null((stored with { Partition = 4 }).TryUnpack());
        Assert.Null((stored with { After = 10 }).TryUnpack());
        foreach (var place in (int[])[0, 5, stored.Content.Length / 2, stored.Content.Length - 1])
        {
            var damaged = stored.Content.ToArray();
            damaged[place] ^= 1;
            Assert.Null((stored with { Content = damaged }).TryUnpack());
        }
        Assert.Null((stored with { Content = [] }).TryUnpack());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("tables")]
    [InlineData("a table is damaged")]
    [InlineData("segments")]
    [InlineData("both")]
    public async Task Nothing_that_was_done_is_forgotten_whatever_of_it_is_lost(string lost)
    {
        var moves = await FillAsync();
        var segments = store.Projections.SegmentCount;
        Assert.True(store.Projections.Tables.Count > 1, $"{store.Projections.Tables.Count} tables are stored");
        Lose(lost);
        var read = store.Projections.SegmentReads;

        await using (var host = await EngineHost.StartAsync(store, configure: Small))
        {
            await host.Partition.SynchronizeAsync();
            if (lost == "none")
                Assert.InRange(store.Projections.SegmentReads - read, 1, segments / 2);
            await AssertKnownAsync(host, moves);
        }

        // What was worked out again is relied on by the next start.
        await using var again = await EngineHost.StartAsync(store, configure: Small);
        await AssertKnownAsync(again, moves);
    }

    [Fact]
    public async Task A_segment_that_is_lost_below_a_table_has_the_tables_made_again()
    {
        var moves = await FillAsync();
        Assert.True(store.Projections.LoseSegment(store.Projections.Tables[(0, 0)].TryUnpack()!.Segments[5].After));

        await using (var host = await EngineHost.StartAsync(store, configure: Small))
        {
            await AssertKnownAsync(host, moves);
            Assert.Equal(1, store.Projections.Rebuilds[0]);
        }

        await using var again = await EngineHost.StartAsync(store, configure: Small);
        await AssertKnownAsync(again, moves);
        Assert.Equal(1, store.Projections.Rebuilds[0]);
    }

    [Fact]
    public async Task A_segment_that_begins_where_a_tables_last_one_did_and_ends_elsewhere_is_not_taken_for_it()
    {
        var moves = await FillAsync();
        var table = store.Projections.Tables[(0, 0)].TryUnpack()!;
        while (store.Projections.Tables.TryGetValue((0, table.Last), out var next))
            table = next.TryUnpack()!;
        var (end, block) = (table.Segments[^1], store.Blocks(0).First(block => block.Number == table.Last + 9));
        store.Projections.LoseSegments();
        await store.Projections.AddAsync(
            IdSegment.Create(0, end.After, block.Number, block.At, block.Hash, [], []), Cancellation);

        await using var host = await EngineHost.StartAsync(store, configure: Small);
        // Those of the tables come last: that their segments are gone is noticed, and all is worked out again.
        moves.Reverse();
        await AssertKnownAsync(host, moves);
    }

    private static List<SegmentSpan> Found(IdTable table, ulong key)
    {
        var found = new List<SegmentSpan>();
        table.Find(key, found);
        return found;
    }

    private static void Small(LedgerOptions options) =>
        (options.CheckpointSegmentIds, options.IdTableIds, options.CheckpointIntervalMilliseconds, options.CheckpointTailRecords) = (7, 4, 10, 20);

    private async Task<List<Transfer>> FillAsync()
    {
        var moves = new List<Transfer>();
        await using var host = await EngineHost.StartAsync(store, configure: Small);
        var (payer, payee) = (await host.OpenAsync("payer", 100_000), await host.OpenAsync("payee"));
        for (var i = 0; i < 400; i++)
        {
            moves.Add(Ask.Move(payer, payee, 1));
            await host.DoAsync(moves[i]);
            if (i % 5 == 0)
                await ProjectedAsync(host);
        }
        await ProjectedAsync(host);
        return moves;
    }

    private static async Task ProjectedAsync(EngineHost host)
    {
        for (var i = 0; i < 2000 && host.Partition.Status.Unprojected > 0; i++)
            await Task.Delay(5, Cancellation);
        Assert.Equal(0, host.Partition.Status.Unprojected);
    }

    private void Lose(string lost)
    {
        var tables = store.Projections.Tables;
        if (lost is "segments" or "both")
            store.Projections.LoseSegments();
        if (lost is "tables" or "both")
            tables.Clear();
        if (lost == "a table is damaged")
            foreach (var (key, table) in tables.ToArray())
                if (key.After > 0)
                    tables[key] = table with { Content = [.. table.Content[..^1], (byte)(table.Content[^1] ^ 1)] };
    }

    private static async Task AssertKnownAsync(EngineHost host, List<Transfer> moves)
    {
        foreach (var move in moves)
            Assert.True((await host.Ledger.ExecuteAsync(move))!.Value.Replayed);
        Assert.True((await host.DoAsync(Ask.Move(moves[0].From, moves[0].To, 1))).Accepted);
    }
}
