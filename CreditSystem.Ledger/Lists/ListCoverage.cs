using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Lists;

/// <summary>
/// Of which blocks of a partition lists are stored. Spans that do not overlap are relied on; what is between them is read from the log,
/// until it is stored as well. Any thread may ask.
/// </summary>
internal sealed class ListCoverage(int partition, IProjectionStore projections)
{
    private const int PageMarkers = 500;

    private volatile ListSpan[] spans = [];
    private volatile Dictionary<Guid, HashSet<(long After, long Last)>> later = [];
    private volatile HashSet<(long After, long Last)> damaged = [];

    /// <summary>The block up to which lists are stored, from one on, without a gap.</summary>
    public long EndFrom(long block)
    {
        var known = spans;
        for (var i = IndexOf(known, block + 1); i >= 0 && i < known.Length && known[i].After <= block; i++)
            block = known[i].Last;
        return block;
    }

    /// <summary>A block from which on nothing is before a time, as near as spans tell; null where they do not.</summary>
    public long? EndAt(long time) => Array.Find(spans, span => span.At >= time) is { } span ? span.Last + 1 : null;

    /// <summary>Whether all up to a block is before a time.</summary>
    public bool IsBefore(long block, long time) => Find(block, Guid.Empty) is { } span && span.At < time;

    /// <summary>The span that a block is in, if a key was looked at in it; null where there is none.</summary>
    public ListSpan? Find(long block, Guid key)
    {
        var known = spans;
        return IndexOf(known, block) is >= 0 and var i && known[i].After < block && IsStored(known[i], key) ? known[i] : null;
    }

    /// <summary>The block down to which all is stored that leads up to a span.</summary>
    public long Bottom(ListSpan span, Guid key)
    {
        var known = spans;
        var i = IndexOf(known, span.Last);
        while (i > 0 && known[i - 1].Last == known[i].After && IsStored(known[i - 1], key))
            i--;
        return i < 0 ? span.After : known[i].After;
    }

    /// <summary>The end of the last span before a block; 0 where there is none.</summary>
    public long EndBefore(long block, Guid key)
    {
        var known = spans;
        for (var i = known.Length - 1; i >= 0; i--)
            if (known[i].Last < block && IsStored(known[i], key))
                return known[i].Last;
        return 0;
    }

    /// <summary>Blocks up to one that are in no span, and spans in which a key was not looked at.</summary>
    public IEnumerable<(long After, long Last)> Missing(long upTo, Guid key)
    {
        var after = 0L;
        foreach (var span in spans)
        {
            if (span.After >= upTo)
                break;
            if (key == Guid.Empty && span.After > after)
                yield return (after, span.After);
            if (!IsStored(span, key))
                yield return (span.After, span.Last);
            after = span.Last;
        }
        if (key == Guid.Empty && after < upTo)
            yield return (after, upTo);
    }

    /// <summary>Whether nothing is missing up to a block, a key included.</summary>
    public bool IsComplete(long upTo, Guid key) => !Missing(upTo, Guid.Empty).Any() && !Missing(upTo, key).Any();

    public bool IsDistrusted(long after, long last) => damaged.Contains((after, last));

    /// <summary>A chunk of it is not what was written: the log is read.</summary>
    public void Distrust(long after, long last) => damaged = [.. damaged, (after, last)];

    /// <summary>Has read what has been stored up to a block, if anybody has stored so much.</summary>
    public Task PrepareAsync(long block, CancellationToken cancellationToken) =>
        spans is [.., var last] && last.Last >= block ? Task.CompletedTask : RefreshAsync(all: false, cancellationToken);

    /// <summary>Reads what has been stored: what is new, or all that there is.</summary>
    public async Task RefreshAsync(bool all, CancellationToken cancellationToken)
    {
        var known = all ? [] : spans;
        var end = known.Length == 0 ? -1 : known[^1].After;
        spans = Chain([.. known, .. await ReadAsync(Guid.Empty, end, cancellationToken)]);
    }

    /// <summary>Reads which spans a key has been looked at in since.</summary>
    public async Task RefreshAsync(IEnumerable<Guid> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, HashSet<(long, long)>>(later);
        foreach (var key in keys)
            found[key] = [.. (await ReadAsync(key, -1, cancellationToken)).Select(span => (span.After, span.Last))];
        later = found;
    }

    private bool IsStored(ListSpan span, Guid key) => !damaged.Contains((span.After, span.Last))
        && (key == Guid.Empty || span.Keys.Contains(key) || later.GetValueOrDefault(key)?.Contains((span.After, span.Last)) == true);

    private async Task<List<ListSpan>> ReadAsync(Guid key, long downTo, CancellationToken cancellationToken)
    {
        var found = new List<ListSpan>();
        for (var before = long.MaxValue; ;)
        {
            var page = await projections.ListAsync(ListTerms.Coverage(partition, key), before, PageMarkers, cancellationToken);
            found.AddRange(page.Where(marker => marker.After > downTo).Select(marker => marker.TryUnpackMarker()).OfType<ListSpan>());
            if (page.Count < PageMarkers || page[^1].After <= downTo)
                return found;
            before = page[^1].After;
        }
    }

    // From the first on, the longest that begins where the one before it ends: several replicas may have written.
    private static ListSpan[] Chain(List<ListSpan> spans)
    {
        var chain = new List<ListSpan>();
        foreach (var span in spans.OrderBy(span => span.After).ThenByDescending(span => span.Last))
            if (chain.Count == 0 || span.After >= chain[^1].Last)
                chain.Add(span);
        return [.. chain];
    }

    // The last span that begins before a block.
    private static int IndexOf(ListSpan[] spans, long block)
    {
        var (low, high) = (0, spans.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].After < block)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1 is >= 0 and var index && spans[index].Last >= block ? index : -1;
    }
}
