using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Lists;

/// <param name="Items">At most as many as were asked for; it may be fewer, or none, although there are more.</param>
/// <param name="Next">Where the next page goes on in each account; null where there is nothing more.</param>
public sealed record AccountListPage(IReadOnlyList<ListItem> Items, IReadOnlyList<HistoryPosition>? Next);

/// <summary>What of a list is on some accounts, newest first: their histories, merged.</summary>
internal sealed class AccountListReader(LedgerPartition partition)
{
    private const int PageEntries = EntryChunk.RangeEntries;
    private const int MostEntries = 4096;
    private const int MostRecords = 500;

    /// <param name="query">What is asked for.</param>
    /// <param name="accounts">Of the tenant of the query.</param>
    /// <param name="from">Where to begin in each of them; null for the newest.</param>
    /// <param name="limit">The most items.</param>
    /// <param name="filter">Leaves out more.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<AccountListPage> ReadAsync(
        ListQuery query, IReadOnlyList<AccountState> accounts, IReadOnlyList<HistoryPosition>? from, int limit, ListFilter? filter,
        CancellationToken cancellationToken)
    {
        var tracks = new List<Track>();
        for (var i = 0; i < accounts.Count; i++)
            tracks.Add(await StartAsync(query, accounts[i], from?[i], cancellationToken));
        var (found, records, entries) = (new List<ListItem>(), 0, 0);
        while (records < MostRecords && entries < MostEntries)
        {
            var batch = new List<(HistoryEntry Entry, Guid Account, HistoryPosition[] Before)>();
            while (batch.Count < Math.Max(limit + 1 - found.Count, 16) && entries < MostEntries
                && await NextAsync(tracks, cancellationToken) is { } next && !(next.Entry.At < query.From))
            {
                entries++;
                if (IsCandidate(query, next.Entry))
                    batch.Add(next);
            }
            if (batch.Count == 0 && entries < MostEntries)
                return new AccountListPage(found, null);
            records += batch.Count;
            var items = await LoadAsync(query, accounts, batch, cancellationToken);
            var kept = filter is null || items.Count == 0 ? items.ConvertAll(item => item.Item)
                : await filter(items.ConvertAll(item => item.Item), cancellationToken);
            foreach (var item in kept)
                if (found.Count < limit)
                    found.Add(item);
                else
                    return new AccountListPage(found, items.Find(other => ReferenceEquals(other.Item, item)).Before);
        }
        return new AccountListPage(found, tracks.TrueForAll(track => track.IsAtEnd) ? null : Places(tracks));
    }

    private static bool IsCandidate(ListQuery query, HistoryEntry entry) => entry.Kind != TransferKind.AccountChange && query.List switch
    {
        LedgerList.Holds => entry.Kind == TransferKind.Hold,
        // The other side gave it.
        LedgerList.Grants => entry is { Kind: TransferKind.Grant, Amount: > 0 },
        _ => query.Kind is null || entry.Kind == query.Kind,
    };

    private async Task<Track> StartAsync(
        ListQuery query, AccountState account, HistoryPosition? from, CancellationToken cancellationToken)
    {
        var reader = new EntryReader(partition, account);
        var position = from ?? (query.Until is { } until
            ? (await reader.UntilAsync(until - 1, earlier: null, cancellationToken))?.Position ?? default
            : HistoryPosition.End(account));
        return new Track(account.Id, reader, position);
    }

    /// <summary>The newest entry that is left, and the places before it is taken; null where none is left.</summary>
    private static async Task<(HistoryEntry Entry, Guid Account, HistoryPosition[] Before)?> NextAsync(
        List<Track> tracks, CancellationToken cancellationToken)
    {
        Track? newest = null;
        foreach (var track in tracks)
            if (await track.PeekAsync(cancellationToken) is { } entry && !(newest?.Peeked!.Block >= entry.Block))
                newest = track;
        if (newest is null)
            return null;
        var before = Places(tracks);
        return (newest.Take(), newest.Account, before);
    }

    private async Task<List<(ListItem Item, HistoryPosition[] Before)>> LoadAsync(
        ListQuery query, IReadOnlyList<AccountState> accounts, List<(HistoryEntry Entry, Guid Account, HistoryPosition[] Before)> batch,
        CancellationToken cancellationToken)
    {
        var blocks = await partition.Reads.BlocksAsync([.. batch.Select(one => one.Entry.Block).Distinct()], cancellationToken);
        var items = new List<(ListItem, HistoryPosition[])>();
        foreach (var (entry, account, before) in batch)
        {
            var record = blocks[entry.Block].RecordsNaming(entry.Transfer)
                .First(record => Array.Exists(record.Postings, posting => posting.Id == entry.Transfer));
            var part = Array.FindIndex(record.Postings, posting => posting.Id == entry.Transfer);
            var item = new ListItem(record, new ListPosition(entry.Block, 0, part));
            // What is between two of the accounts is in the histories of both.
            var first = accounts.FirstOrDefault(one => item.IsOn(query.List, one.Id))?.Id;
            if (first == account && query.Accepts(item) && (query.List == LedgerList.Transfers || record.Command.Listed == query.List))
                items.Add((item, before));
        }
        return items;
    }

    private static HistoryPosition[] Places(List<Track> tracks) => [.. tracks.Select(track => track.Place)];

    private sealed class Track(Guid account, EntryReader reader, HistoryPosition start)
    {
        private readonly Queue<HistoryEntry> page = new();

        public Guid Account => account;

        public HistoryPosition Place { get; private set; } = start;

        public HistoryEntry? Peeked => page.TryPeek(out var entry) ? entry : null;

        public bool IsAtEnd => page.Count == 0 && Place is not { Sequence: > 0, Block: > 0 };

        public async ValueTask<HistoryEntry?> PeekAsync(CancellationToken cancellationToken)
        {
            if (page.Count == 0 && !IsAtEnd)
                foreach (var entry in await reader.BackAsync(Place, PageEntries, cancellationToken))
                    page.Enqueue(entry);
            return Peeked;
        }

        public HistoryEntry Take()
        {
            var entry = page.Dequeue();
            Place = entry.Before;
            return entry;
        }
    }
}
