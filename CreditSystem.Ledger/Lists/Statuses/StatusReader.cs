using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Lists.Statuses;

/// <param name="Items">At most as many as were asked for; it may be fewer, or none, although there are more.</param>
/// <param name="Next">Before what the next page goes on; null where there is nothing more.</param>
public sealed record StatusPage(IReadOnlyList<ListItem> Items, StatusPosition? Next);

/// <summary>
/// Reads a page of the holds or grants of one status, or of any: what is stored, and on top of it what has happened since.
/// </summary>
internal sealed class StatusReader(PartitionReads reads, ListCoverage coverage, IProjectionStore projections)
{
    private const int MostRecords = 1000;
    private const int LeastRows = 32;

    // Of what is in memory, the most that a page looks at, and under one lock.
    private const int MostRecent = 50_000;
    private const int RecentAtOnce = 256;

    /// <param name="query">With a status, or with accounts.</param>
    /// <param name="before">Before what to begin; null for the newest.</param>
    /// <param name="limit">The most items.</param>
    /// <param name="filter">Leaves out more: above all what has another status by now.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null where not all statuses are stored, or in memory.</returns>
    public async Task<StatusPage?> ReadAsync(
        ListQuery query, StatusPosition? before, int limit, ListFilter? filter, CancellationToken cancellationToken)
    {
        var (start, until) = (before ?? StatusPosition.End, new StatusPosition(query.Until ?? long.MaxValue, Guid.Empty));
        start = until < start ? until : start;
        var (found, seen, looked, complete) = (new List<ListItem>(), 0, 0, -1L);
        while (true)
        {
            var size = Math.Max(limit + 1, LeastRows);
            // First what is in memory: what is stored meanwhile is in both.
            var recent = Recent(query, start, size);
            if (recent.After != complete)
            {
                await coverage.PrepareAsync(recent.After, cancellationToken);
                if (!coverage.Current.IsComplete(recent.After, ListTerms.Statuses))
                    return null;
                complete = recent.After;
            }
            looked += recent.Looked;
            var (stored, end) = (new List<StatusRow>(), recent.End);
            foreach (var statuses in StatusesOf(query))
                foreach (var page in await Task.WhenAll(statuses.SelectMany(status => TermsOf(query, status)).Select(ReadStoredAsync)))
                {
                    stored.AddRange(page);
                    // Before the last one that was read there may be more.
                    if (page.Count == size && page[^1].Position > end)
                        end = page[^1].Position;
                }
            var isLast = end == default;
            stored.RemoveAll(row => row.Position < end);
            var rows = Merge(stored, recent.Rows.Where(row => row.Position >= end));
            foreach (var part in rows.Chunk(size))
            {
                foreach (var item in await KeepAsync(query, part, recent.After, filter, cancellationToken))
                    if (found.Count < limit)
                        found.Add(item);
                    else
                        return new StatusPage(found, PositionOf(found[^1]));
                if ((seen += part.Length) >= MostRecords && (!isLast || part[^1] != rows[^1]))
                    return new StatusPage(found, part[^1].Position);
            }
            if (isLast || looked >= MostRecent)
                return new StatusPage(found, isLast ? null : end);
            start = end;

            Task<IReadOnlyList<StatusRow>> ReadStoredAsync(Guid term) =>
                projections.StatusesAsync(term, start, query.From ?? 0, size, cancellationToken);
        }
    }

    // What another replica moves meanwhile is stored where it goes before it leaves where it was: it is read in the order in which it
    // goes, and a grant that was used may be open again.
    private static ListStatus[][] StatusesOf(ListQuery query) => query switch
    {
        { Status: { } status } => [[status]],
        { List: LedgerList.Holds } => [[ListStatus.Open], [ListStatus.Captured, ListStatus.Voided, ListStatus.Expired]],
        _ => [[ListStatus.Open], [ListStatus.Used, ListStatus.Voided, ListStatus.Expired], [ListStatus.Open]],
    };

    private static IEnumerable<Guid> TermsOf(ListQuery query, ListStatus status) => query.Accounts is { } accounts
        ? accounts.Select(account => ListTerms.Of(account, query.List, status))
        : [ListTerms.Of(query.Tenant, query.List, status)];

    /// <summary>What is in memory before a place; before its end there may be more.</summary>
    private (List<StatusRow> Rows, StatusPosition End, long After, int Looked) Recent(ListQuery query, StatusPosition start, int size)
    {
        var (rows, looked, before) = (new List<StatusRow>(), 0, start);
        while (true)
        {
            var (items, after) = reads.Lists.Statuses(query, before, RecentAtOnce);
            foreach (var (position, changes) in items)
            {
                var created = Array.Find(changes, change => change.IsNew);
                if (IsCandidate(query.Status, created, changes))
                    rows.Add(new StatusRow(default, position, changes[^1].Account, created.Made, default));
            }
            looked += items.Count;
            if (items.Count < RecentAtOnce)
                return (rows, default, after, looked);
            before = items[^1].Position;
            if (rows.Count >= size || looked >= MostRecent)
                return (rows, before, after, looked);
        }
    }

    private bool IsCandidate(ListStatus? status, StatusChange created, StatusChange[] item) => status switch
    {
        null => true,
        ListStatus.Pending => created.IsScheduled && IsOpen(created) != false,
        ListStatus.Open => Array.Exists(item, change => change.Status == ListStatus.Open && IsOpen(change) != false),
        _ => Array.Exists(item, change => change.Status == status && IsOpen(change) != true),
    };

    private bool? IsOpen(StatusChange change) => reads.Account(change.Account) is { } account ? change.IsOpenOn(account) : null;

    // What is in memory is newer; of what is stored, what a later record says.
    private static List<StatusRow> Merge(IEnumerable<StatusRow> stored, IEnumerable<StatusRow> recent) =>
    [
        .. recent.Concat(stored.OrderByDescending(row => row.Last)).DistinctBy(row => row.Position)
            .OrderByDescending(row => row.Position),
    ];

    private async Task<IReadOnlyList<ListItem>> KeepAsync(
        ListQuery query, StatusRow[] rows, long after, ListFilter? filter, CancellationToken cancellationToken)
    {
        // A hold stands as its last stored record says, unless memory knows better, or did a moment ago; a grant as its account does.
        var changed = rows.Where(row => reads.Lists.StatusesOf(query.Tenant, query.List, row.Position).Length > 0)
            .Select(row => row.Position).ToHashSet();
        var isStored = reads.Lists.After == after;
        var places = rows.Select(row => row.Place);
        var records = await reads.RecordsAtAsync(
            query.List == LedgerList.Holds ? places.Concat(rows.Select(row => row.Last)) : places, cancellationToken);
        var items = new List<ListItem>(rows.Length);
        foreach (var row in rows)
        {
            var record = row.Place.Block > 0 ? records.GetValueOrDefault(row.Place)
                : await reads.FindRecordAsync(row.Position.Id, cancellationToken);
            if (record is not { Accepted: true } || record.Command.Id != row.Position.Id || record.Command.Listed != query.List)
                continue;
            var item = new ListItem(record, row.Place)
            {
                Hold = isStored && !changed.Contains(row.Position) && records.GetValueOrDefault(row.Last)?.Hold is { } hold
                    && hold.Id == row.Position.Id ? hold : null,
            };
            if (query.Accounts?.Any(account => item.IsOn(query.List, account)) != false && query.Accepts(item))
                items.Add(item);
        }
        return filter is null || items.Count == 0 ? items : await filter(items, cancellationToken);
    }

    private static StatusPosition PositionOf(ListItem item) => StatusPosition.Of(item.Record);
}
