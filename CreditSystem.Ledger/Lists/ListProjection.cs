using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Lists;

/// <summary>Stores lists, many rows in a document: so few documents are written that commits do not notice.</summary>
internal sealed class ListProjection(int partition, IProjectionStore projections, ListCoverage coverage)
{
    private const int SpanRows = 8192;
    private const int ChunksPerWrite = 1000;

    private readonly StatusProjection statuses = new(projections);

    /// <summary>Stores what there is, of the blocks up to one.</summary>
    /// <returns>The block up to which it need not be kept.</returns>
    public async Task<long> WriteAsync(ListBatch batch, long last, CancellationToken cancellationToken)
    {
        await coverage.RefreshAsync(all: false, cancellationToken);
        // Another replica may have been here.
        for (var after = coverage.Current.EndFrom(batch.After); after < last;)
        {
            var end = EndOfSpan(batch.Rows, after, last);
            await WriteAsync(batch.Rows, after, end, batch.Reads, cancellationToken);
            after = coverage.Current.EndFrom(end);
        }
        return last;
    }

    /// <summary>The block up to which another replica has stored it.</summary>
    public async Task<long> FindAsync(ListBatch batch, CancellationToken cancellationToken)
    {
        await coverage.RefreshAsync(all: false, cancellationToken);
        return coverage.Current.EndFrom(batch.After);
    }

    /// <summary>Stores what is listed of some blocks, and then that it is.</summary>
    public async Task WriteAsync(ListRows rows, long after, long last, PartitionReads reads, CancellationToken cancellationToken)
    {
        foreach (var chunks in Pack(rows.ByTerm(after, last), after, last).Chunk(ChunksPerWrite))
            await projections.AddAsync(chunks, cancellationToken);
        await statuses.WriteAsync(StatusesOf(rows, after, last), reads, cancellationToken);
        var at = rows.Times.Last(time => time.Block <= last).At;
        var marker = ListChunk.Marker(
            ListTerms.Coverage(partition, Guid.Empty), after, last, at, [.. rows.KeysAfter(after), ListTerms.Statuses]);
        await projections.AddAsync([marker], cancellationToken);
        await coverage.RefreshAsync(all: false, cancellationToken);
        if (coverage.Current.Find(last, Guid.Empty) is null)
            await coverage.RefreshAsync(all: true, cancellationToken);
    }

    /// <summary>Stores what has a value of a key in a span that was stored without it.</summary>
    public async Task WriteAsync(IndexedKey key, ListRows rows, long after, long last, CancellationToken cancellationToken)
    {
        foreach (var chunks in Pack(rows.ByTerm(after, last), after, last).Chunk(ChunksPerWrite))
            await projections.AddAsync(chunks, cancellationToken);
        var at = rows.Times[^1].At;
        await projections.AddAsync([ListChunk.Marker(ListTerms.Coverage(partition, key.Id), after, last, at, [])], cancellationToken);
    }

    /// <summary>Stores statuses of a span that was stored without them.</summary>
    public async Task WriteStatusesAsync(ListRows rows, long after, long last, PartitionReads reads, CancellationToken cancellationToken)
    {
        await statuses.WriteAsync(StatusesOf(rows, after, last), reads, cancellationToken);
        var term = ListTerms.Coverage(partition, ListTerms.Statuses);
        await projections.AddAsync([ListChunk.Marker(term, after, last, rows.Times[^1].At, [])], cancellationToken);
    }

    private static List<StatusChange> StatusesOf(ListRows rows, long after, long last) =>
        [.. rows.Statuses.Where(change => change.Made.Block > after && change.Made.Block <= last)];

    private static IEnumerable<ListChunk> Pack(
        Dictionary<Guid, List<(ListPosition Position, string Asset)>> terms, long after, long last) =>
        terms.Select(term => ListChunk.Pack(term.Key, after, last, term.Value));

    private static long EndOfSpan(ListRows rows, long after, long last)
    {
        var first = rows.CountUpTo(after);
        // Whole blocks, and one at least.
        foreach (var (block, _) in rows.Times)
            if (block > after && (block == last || rows.CountUpTo(block) - first >= SpanRows))
                return block;
        return last;
    }
}
