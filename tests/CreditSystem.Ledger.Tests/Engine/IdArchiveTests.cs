using System.Security.Cryptography;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection.Ids;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>Ids that were ever used are known in four bytes each, and found again in what is stored.</summary>
public sealed class IdArchiveTests
{
    private readonly InMemoryBlockStore store = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5000)]
    [InlineData(2, 10)]
    [InlineData(3, 1000)]
    [InlineData(33, 4000)]
    [InlineData(1024, 8)]
    public void A_table_names_the_segment_of_each_id_and_few_of_what_is_in_none(int segments, int ids)
    {
        var (stored, known) = Segments(segments, ids);
        var table = IdTable.Of(stored);
        var found = new List<SegmentSpan>();

        foreach (var (key, segment) in known)
        {
            found.Clear();
            table.Find(key, found);
            Assert.Contains(stored[segment].Span, found);
            Assert.True(table.MayContain(key));
        }
        var others = Enumerable.Range(0, 100_000).Count(_ => table.MayContain(IdIndex.Key(Guid.NewGuid())));
        Assert.True(others < 300, $"{others} of 100,000 ids that are in none seem to be there");
        Assert.Equal(known.Count, table.Count);
    }

    [Fact]
    public void The_latest_segment_of_an_id_comes_first()
    {
        var hold = Guid.NewGuid();
        var stored = Segments(200, 30).Stored.ConvertAll(
            segment => segment.After % 30 == 0 ? IdSegment.Create(0, segment.After, segment.Last, 1, segment.Hash, [], [(hold, segment.Last)]) : segment);
        var found = new List<SegmentSpan>();

        IdTable.Of(stored).Find(IdIndex.LatestKey(hold), found);

        Assert.Equal(stored.Where(segment => segment.FindLatest(hold) is not null).Select(segment => segment.Span).Reverse(), found);
    }

    [Fact]
    public void Four_bytes_are_enough()
    {
        var table = IdTable.Of(Segments(33, 4000).Stored);

        Assert.InRange(table.Bytes / (double)table.Count, 4, 4.1);
    }

    [Fact]
    public void Small_tables_are_put_together_and_lose_nothing()
    {
        var (stored, known) = Segments(400, 100);
        var archive = new IdArchive(tableIds: 1000);
        var (tables, most) = (0, 0);
        for (var i = 0; i < stored.Count; i++)
        {
            archive.Add(stored[i].Span);
            if (archive.Due() is not { } due)
                continue;
            archive.Add(IdTable.Of([.. due.Select(span => stored.Single(segment => segment.After == span.After))]));
            (tables, most) = (tables + 1, Math.Max(most, due.Count));
        }

        Assert.Equal(40, tables);
        Assert.Equal(80, most);
        Assert.Equal(40_000, archive.Count);
        Assert.All(known, one => Assert.Contains(stored[one.Segment].Span, archive.Find(one.Key)));
    }

    [Fact]
    public void A_segment_that_does_not_follow_is_not_taken_into_a_table()
    {
        var (stored, _) = Segments(3, 1000);
        var archive = new IdArchive(tableIds: 1000);
        archive.Add(stored[1].Span);
        Assert.Null(archive.Due());

        archive.Add(stored[0].Span);
        archive.Add(stored[2].Span);

        Assert.Equal([stored[0].Span], archive.Due());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_done_long_ago_is_repeated_found_captured_and_reversed_by_its_id(bool restarted)
    {
        var host = await EngineHost.StartAsync(store, configure: Small);
        var (payer, payee) = (await host.OpenAsync("payer", 100_000), await host.OpenAsync("payee"));
        var first = Ask.Move(Ask.To(payer), Ask.To(payee), 10, reference: "invoice 1");
        var held = Ask.Hold(payer, Ask.To(payee), 50, TimeProvider.System.GetUtcNow().AddDays(9).ToUnixTimeMilliseconds());
        await host.DoAsync(first);
        await host.DoAsync(held);
        await host.DoAsync(Ask.Capture(held.Id, 20, final: false));
        await host.DoAsync(Ask.Reverse(first.Id, 4));
        for (var i = 0; i < 300; i++)
        {
            await host.DoAsync(Ask.Move(payer, payee, 1));
            if (i % 20 == 0)
                await CheckpointAsync(host);
        }
        await CheckpointAsync(host);
        if (restarted)
        {
            await host.DisposeAsync();
            host = await EngineHost.StartAsync(store, configure: Small);
        }

        await using (host)
        {
            Assert.True((await host.Ledger.ExecuteAsync(first))!.Value.Replayed);
            Assert.Equal(first.Id, (await host.Ledger.FindRecordAsync(Ask.Tenant, first.Id, CancellationToken.None))!.Command.Id);
            Assert.Equal(RejectionCode.DuplicateReference, (await host.DoAsync(first with { Id = Guid.NewGuid() })).Rejection!.Code);
            Assert.Equal(20, (await host.Ledger.FindHoldAsync(Ask.Tenant, held.Id, CancellationToken.None))!.Hold.Captured);
            Assert.Equal(RejectionCode.CaptureExceedsHold, (await host.DoAsync(Ask.Capture(held.Id, 31))).Rejection!.Code);
            Assert.True((await host.DoAsync(Ask.Capture(held.Id, 30))).Accepted);
            Assert.Equal(RejectionCode.ReversalExceedsTransfer, (await host.DoAsync(Ask.Reverse(first.Id, 7))).Rejection!.Code);
            Assert.True((await host.DoAsync(Ask.Reverse(first.Id, 6))).Accepted);
            Assert.True(
                host.Partition.IdBytes < host.Partition.KnownIds * 60, $"{host.Partition.IdBytes} bytes for {host.Partition.KnownIds} ids");
        }
    }

    [Fact]
    public async Task A_segment_that_is_gone_is_noticed_and_the_log_is_read_instead()
    {
        await using var host = await EngineHost.StartAsync(store, configure: Small);
        var (payer, payee) = (await host.OpenAsync("payer", 100_000), await host.OpenAsync("payee"));
        var first = Ask.Move(payer, payee, 10);
        await host.DoAsync(first);
        for (var i = 0; i < 100; i++)
        {
            await host.DoAsync(Ask.Move(payer, payee, 1));
            if (i % 20 == 0)
                await CheckpointAsync(host);
        }
        await CheckpointAsync(host);

        store.Projections.LoseSegments();

        Assert.True((await host.Ledger.ExecuteAsync(first))!.Value.Replayed);
        Assert.Equal(first.Id, (await host.Ledger.FindRecordAsync(Ask.Tenant, first.Id, CancellationToken.None))!.Command.Id);
        Assert.Equal(110, await host.PostedAsync(payee));
    }

    private static void Small(LedgerOptions options) =>
        (options.CheckpointSegmentIds, options.IdTableIds, options.CheckpointIntervalMilliseconds) = (7, 20, 10);

    private static async Task CheckpointAsync(EngineHost host)
    {
        for (var i = 0; i < 2000 && host.Partition.Status.Unprojected > 0; i++)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Equal(0, host.Partition.Status.Unprojected);
    }

    private static (List<IdSegment> Stored, List<(ulong Key, int Segment)> Known) Segments(int count, int ids)
    {
        var (stored, known) = (new List<IdSegment>(), new List<(ulong Key, int Segment)>());
        for (var segment = 0; segment < count; segment++)
        {
            var after = segment * 10L;
            var added = Enumerable.Range(0, ids - 1).Select(i => (IdIndex.Key(Guid.NewGuid()), after + 1 + (i % 10))).ToList();
            var hold = Guid.NewGuid();
            stored.Add(IdSegment.Create(0, after, after + 10, 1, RandomNumberGenerator.GetBytes(32), added, [(hold, after + 3)]));
            known.AddRange(added.Select(id => (id.Item1, segment)));
            known.Add((IdIndex.LatestKey(hold), segment));
            Assert.Equal(after + 3, stored[segment].FindLatest(hold));
        }
        return (stored, known);
    }
}
