using CreditSystem.Ledger.Projection.Ids;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Ledger.MongoDb.Tests;

/// <summary>Tables of ids beside the segments that they are of, in the real database.</summary>
public sealed class IdTableStoreTests(MongoServer mongo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_is_found_by_where_it_begins_until_all_is_worked_out_again_and_segments_stay()
    {
        using var store = await RealStore.StartAsync(mongo, await mongo.CreateDatabaseAsync("tables"));
        List<IdSegment> segments = [Segment(0, 0), Segment(0, 10), Segment(1, 0)];
        foreach (var segment in segments)
            await store.Projections.AddAsync(segment, Cancellation);
        StoredIdTable[] tables = [StoredIdTable.Pack(0, IdTable.Of([segments[0]])), StoredIdTable.Pack(0, IdTable.Of([segments[1]])),
            StoredIdTable.Pack(1, IdTable.Of([segments[2]]))];
        foreach (var table in tables)
            await store.Projections.AddAsync(table with { Content = [1] }, Cancellation);
        // In place of what is there.
        foreach (var table in tables)
            await store.Projections.AddAsync(table, Cancellation);

        foreach (var table in tables)
        {
            var found = await store.Projections.TableAsync(table.Partition, table.After, Cancellation);
            Assert.Equal(IdTable.Of([segments.Single(one => (one.Partition, one.After) == (table.Partition, table.After))]).Segments,
                found!.TryUnpack()!.Segments);
        }
        Assert.Null(await store.Projections.TableAsync(0, 5, Cancellation));
        await store.Projections.BeginRebuildAsync(0, 0, Cancellation);

        Assert.Null(await store.Projections.TableAsync(0, 0, Cancellation));
        Assert.Null(await store.Projections.TableAsync(0, 10, Cancellation));
        Assert.NotNull(await store.Projections.TableAsync(1, 0, Cancellation));
        Assert.Equal(
            segments.Take(2).Select(segment => segment.Span),
            (await store.Projections.SegmentsAsync(0, 0, 1000, Cancellation)).Select(segment => segment.Span));
    }

    private static IdSegment Segment(int partition, long after) => IdSegment.Create(
        partition, after, after + 10, 1, new byte[32], [.. Enumerable.Range(0, 100).Select(_ => (IdIndex.Key(Guid.NewGuid()), after + 1))], []);
}
