using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Lists;

/// <summary>
/// Where what a query asks for may be, newest first: from memory, from what is stored, and where neither has it from the log. What it
/// gives is of the right list; whether all else is as asked the records say.
/// </summary>
internal sealed class ListSource(
    ListQuery query, ListPosition start, PartitionReads reads, ListCoverage coverage, IProjectionStore projections)
{
    // A chunk has thousands of rows, or, of what is rare, a few: the fewer there are, the more are read at once.
    private const int FewestChunks = 2;
    private const int MostChunks = 16;
    private const int FewRows = 64;
    private const int PageBlocks = 16;
    private const int PageRows = 1024;

    private readonly Guid term = ListTerms.Of(query);
    private readonly IndexedKeys keys = KeysOf(query);
    private int chunksAtOnce = FewestChunks;

    /// <summary>What is before this has not been given yet.</summary>
    public ListPosition Before { get; private set; } = start;

    /// <summary>Blocks of the log that have been read because nothing was stored of them.</summary>
    public int LoggedBlocks { get; private set; }

    /// <summary>Whether there is nothing more.</summary>
    public bool IsAtEnd => Before.LastBlock <= 0 || query.From is { } from && coverage.Current.IsBefore(Before.LastBlock, from);

    /// <summary>The next positions; there may be none although it is not at its end.</summary>
    public async Task<List<ListPosition>> NextAsync(CancellationToken cancellationToken)
    {
        if (reads.Lists.Read(query, Before, PageRows) is (var recent, var down))
        {
            Before = down;
            return recent;
        }
        // After memory: what has left it is stored. Chunks are relied on by the same spans by which they were looked for.
        var (spans, key) = (coverage.Current, query.Key?.Id ?? Guid.Empty);
        return spans.Find(Before.LastBlock, key) is { } span
            ? await StoredAsync(spans, spans.Bottom(span, key), key, cancellationToken)
            : await LoggedAsync(spans.EndBefore(Before.LastBlock, key), cancellationToken);
    }

    private async Task<List<ListPosition>> StoredAsync(ListSpans spans, long bottom, Guid key, CancellationToken cancellationToken)
    {
        for (var (below, size) = (Before.LastBlock, chunksAtOnce); ;)
        {
            var page = await projections.ListAsync(term, below, size, cancellationToken);
            var isLast = page.Count < size || page[^1].After < bottom;
            // Of those that begin after the last one's block there may be more.
            var whole = isLast ? page : [.. page.Where(chunk => chunk.After > page[^1].After)];
            var relied = (whole.Count == 0 ? page : whole).Where(chunk => chunk.After >= bottom && IsRelied(spans, chunk, key))
                .ToList();
            if (relied.Count > 0 || isLast)
                return Read(relied, isLast ? bottom : relied[^1].After);
            (below, size) = whole.Count == 0 ? (below, size * 2) : (whole[^1].After, Math.Max(size, chunksAtOnce));
        }
    }

    // Another replica may have written of the same blocks, and ended elsewhere.
    private static bool IsRelied(ListSpans spans, ListChunk chunk, Guid key) =>
        spans.Find(chunk.Last, key) is { } span && (span.After, span.Last) == (chunk.After, chunk.Last);

    private List<ListPosition> Read(List<ListChunk> chunks, long downTo)
    {
        var found = new List<ListPosition>();
        foreach (var chunk in chunks)
        {
            if (chunk.TryUnpack() is not { } rows)
            {
                coverage.Distrust(chunk.After, chunk.Last);
                downTo = chunk.Last;
                break;
            }
            for (var i = rows.Count - 1; i >= 0; i--)
                if (rows[i].Position < Before && (query.Asset is null || rows[i].Asset == query.Asset))
                    found.Add(rows[i].Position);
            if (found.Count < PageRows || chunk == chunks[^1])
                continue;
            downTo = chunk.After;
            break;
        }
        if (found.Count < FewRows)
            chunksAtOnce = Math.Min(2 * chunksAtOnce, MostChunks);
        var down = ListPosition.BeginningOf(downTo + 1);
        Before = down < Before ? down : Before;
        return found;
    }

    private async Task<List<ListPosition>> LoggedAsync(long bottom, CancellationToken cancellationToken)
    {
        var last = Before.LastBlock;
        var first = Math.Max(bottom + 1, last - PageBlocks + 1);
        var rows = new ListRows();
        var blocks = await reads.BlocksAsync([.. Range(first, last)], cancellationToken);
        for (var number = first; number <= last; number++)
            rows.Add(number, blocks[number].At, blocks[number].ReadRecords(), keys);
        LoggedBlocks += (int)(last - first + 1);
        var found = rows.Before(query, Before).ToList();
        Before = ListPosition.BeginningOf(first);
        return found;
    }

    private static IEnumerable<long> Range(long first, long last)
    {
        for (var number = first; number <= last; number++)
            yield return number;
    }

    private static IndexedKeys KeysOf(ListQuery query)
    {
        var keys = new IndexedKeys();
        if (query.Key is { } key)
            keys.Set([key]);
        return keys;
    }
}
