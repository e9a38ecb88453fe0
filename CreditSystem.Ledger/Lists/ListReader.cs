using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Lists;

/// <summary>
/// Reads a page of a list. What it costs is bounded, however little of what is looked through is asked for: then a page ends early,
/// and the next one goes on there.
/// </summary>
internal sealed class ListReader(PartitionReads reads, ListCoverage coverage, IProjectionStore projections)
{
    private const int MostRecords = 1000;
    private const int MostPages = 24;
    private const int MostLoggedBlocks = 128;

    public async Task<ListPage> ReadAsync(
        ListQuery query, ListPosition? before, int limit, ListFilter? filter, CancellationToken cancellationToken)
    {
        await coverage.PrepareAsync(reads.Lists.After, cancellationToken);
        var source = new ListSource(query, await StartAsync(query, before, cancellationToken), reads, coverage, projections);
        var found = new List<ListItem>();
        var (records, pages) = (0, 0);
        while (!source.IsAtEnd && pages++ < MostPages && records < MostRecords && source.LoggedBlocks < MostLoggedBlocks)
        {
            var positions = await source.NextAsync(cancellationToken);
            for (var done = 0; done < positions.Count;)
            {
                // About as many as are wanted: most queries want all that their list has.
                var part = positions.GetRange(done, Math.Min(positions.Count - done, Math.Max(limit + 1 - found.Count, 32)));
                (done, records) = (done + part.Count, records + part.Count);
                foreach (var item in await FilterAsync(query, filter, await LoadAsync(part, cancellationToken), cancellationToken))
                    if (found.Count < limit)
                        found.Add(item);
                    else
                        return new ListPage(found, found[^1].Position);
                if (query.From is { } from && part.Count > 0 && await IsBeforeAsync(part[^1], from, cancellationToken))
                    return new ListPage(found, null);
                if (records >= MostRecords && done < positions.Count)
                    return new ListPage(found, positions[done - 1]);
            }
        }
        return new ListPage(found, source.IsAtEnd ? null : source.Before);
    }

    /// <summary>The items at some positions, in their order.</summary>
    public async Task<List<ListItem>> LoadAsync(IReadOnlyList<ListPosition> positions, CancellationToken cancellationToken)
    {
        var records = await reads.RecordsAtAsync(positions, cancellationToken);
        return [.. positions.Select(position => new ListItem(records[ListedRecords.PlaceOf(position)], position))];
    }

    private async ValueTask<IReadOnlyList<ListItem>> FilterAsync(
        ListQuery query, ListFilter? filter, List<ListItem> items, CancellationToken cancellationToken)
    {
        items.RemoveAll(item => !query.Accepts(item));
        if (query.List == LedgerList.Accounts)
            await LeaveLastChangesAsync(items, cancellationToken);
        return filter is null || items.Count == 0 ? items : await filter(items, cancellationToken);
    }

    // A block may have several changes of an account: the last one counts, whichever page the others are on.
    private async Task LeaveLastChangesAsync(List<ListItem> items, CancellationToken cancellationToken)
    {
        var changed = items.Where(item => item.Posting is not null).Select(item => item.Position.Block).Distinct().ToList();
        if (changed.Count == 0)
            return;
        var last = new Dictionary<(long Block, Guid Account), Guid>();
        foreach (var (number, block) in await reads.BlocksAsync(changed, cancellationToken))
            foreach (var record in block.ReadRecords())
                foreach (var posting in record.Postings)
                    if (posting.Entries[0].Terms is not null)
                        last[(number, posting.Entries[0].Account)] = posting.Id;
        items.RemoveAll(item => item.Posting is { } posting && last[(item.Position.Block, posting.Entries[0].Account)] != posting.Id);
    }

    private async Task<bool> IsBeforeAsync(ListPosition position, long time, CancellationToken cancellationToken) =>
        (await reads.BlocksAsync([position.Block], cancellationToken))[position.Block].At < time;

    private async ValueTask<ListPosition> StartAsync(ListQuery query, ListPosition? before, CancellationToken cancellationToken)
    {
        var start = before ?? ListPosition.BeginningOf(reads.Lists.Head + 1);
        if (query.Until is not { } until)
            return start;
        var recent = reads.Lists.FirstAt(until) ?? long.MaxValue;
        var stored = coverage.Current.Around(until) is (var first, var last) && first.Number < start.Block && first.Number < recent
            ? await FirstAtAsync(until, first, last, cancellationToken)
            : long.MaxValue;
        var end = ListPosition.BeginningOf(Math.Min(stored, recent));
        return end < start ? end : start;
    }

    /// <summary>
    /// The first block that is not before a time, between one that is and one that is not. A span has thousands of records, all of which
    /// would be looked through in its place. Time passes evenly between two blocks more often than not.
    /// </summary>
    private async ValueTask<long> FirstAtAsync(long time, BlockTime before, BlockTime last, CancellationToken cancellationToken)
    {
        for (var even = true; last.Number - before.Number > 1; even = !even)
        {
            var share = even ? (time - before.At) / (double)(last.At - before.At) : 0.5;
            var number = Math.Clamp(
                before.Number + (long)((last.Number - before.Number) * share), before.Number + 1, last.Number - 1);
            var block = new BlockTime(number, (await reads.BlocksAsync([number], cancellationToken))[number].At);
            if (block.At < time)
                before = block;
            else
                last = block;
        }
        return last.Number;
    }
}
