using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Lists;

/// <summary>
/// Of which blocks of a partition lists are stored. Spans that do not overlap are relied on; what is between them is read from the log,
/// until it is stored as well. Any thread may ask.
/// </summary>
internal sealed class ListCoverage(int partition, IProjectionStore projections)
{
    private const int PageMarkers = 500;

    private readonly Lock gate = new();
    private volatile ListSpans current = ListSpans.None;

    /// <summary>What is known now. Other spans may be relied on a moment later: questions that belong together are asked of one.</summary>
    public ListSpans Current => current;

    /// <summary>A chunk of it is not what was written: the log is read.</summary>
    public void Distrust(long after, long last) => Change(spans => spans.Without(after, last));

    /// <summary>Has read what has been stored up to a block, if anybody has stored so much.</summary>
    public Task PrepareAsync(long block, CancellationToken cancellationToken) =>
        current.Newest?.Last >= block ? Task.CompletedTask : RefreshAsync(all: false, cancellationToken);

    /// <summary>Reads what has been stored: what is new, or all that there is.</summary>
    public async Task RefreshAsync(bool all, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(Guid.Empty, all ? -1 : current.Newest?.After ?? -1, cancellationToken);
        Change(spans => all ? spans.Of(found) : spans.With(found));
    }

    /// <summary>Reads which spans a key has been looked at in since.</summary>
    public async Task RefreshAsync(IEnumerable<Guid> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, HashSet<(long, long)>>();
        foreach (var key in keys)
            found[key] = [.. (await ReadAsync(key, -1, cancellationToken)).Select(span => (span.After, span.Last))];
        Change(spans => spans.With(found));
    }

    // What others have found out meanwhile stays.
    private void Change(Func<ListSpans, ListSpans> change)
    {
        lock (gate)
            current = change(current);
    }

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
}
