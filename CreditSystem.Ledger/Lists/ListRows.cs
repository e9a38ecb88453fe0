using CreditSystem.Ledger.Commands.Accounts;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Lists;

/// <summary>What the rows of one list have in common.</summary>
internal readonly record struct ListGroup(string Tenant, LedgerList List, TransferKind Kind, string Asset)
{
    public bool IsOf(ListQuery query) => Tenant == query.Tenant && List == query.List
        && (query.Kind is null || Kind == query.Kind || List == LedgerList.Accounts) && (query.Asset is null || Asset == query.Asset);
}

/// <summary>Something listed with a value of a declared key.</summary>
internal readonly record struct KeyedRow(Guid Term, ListPosition Position, string Asset);

/// <summary>What is listed of some blocks, one after the other. Not for several threads.</summary>
internal sealed class ListRows
{
    private readonly Dictionary<ListGroup, int> numbers = [];
    private readonly List<ListGroup> groups = [];
    private readonly List<(ListPosition Position, int Group)> rows = [];
    private readonly List<KeyedRow> keyed = [];
    private readonly List<StatusChange> statuses = [];
    private readonly List<(long Block, long At)> times = [];
    private readonly Dictionary<Guid, long> keysSince = [];
    private object? version;

    public int Count => rows.Count + keyed.Count + statuses.Count;

    /// <summary>What was done to holds and grants, in its order.</summary>
    public IReadOnlyList<StatusChange> Statuses => statuses;

    /// <summary>The time of each block.</summary>
    public IReadOnlyList<(long Block, long At)> Times => times;

    public void Add(long block, long at, IReadOnlyList<LedgerRecord> records, IndexedKeys keys)
    {
        if (version != keys.Version)
            SetKeys(block, keys);
        times.Add((block, at));
        for (var i = 0; i < records.Count; i++)
            if (records[i] is { Accepted: true } record)
                Add(record, block, i, keys.Of(record.Command.Tenant));
    }

    /// <summary>The block after which a key is looked at.</summary>
    public long KeyedAfter(Guid key) => keysSince.GetValueOrDefault(key, long.MaxValue);

    /// <summary>The keys that were looked at in all blocks after one.</summary>
    public IEnumerable<Guid> KeysAfter(long block) => keysSince.Where(key => key.Value <= block).Select(key => key.Key);

    /// <summary>The positions of what is asked for before a place, newest first.</summary>
    public IEnumerable<ListPosition> Before(ListQuery query, ListPosition before)
    {
        if (query.Key is not null)
        {
            var term = ListTerms.Of(query);
            for (var i = keyed.Count - 1; i >= 0; i--)
                if (keyed[i].Term == term && keyed[i].Position < before && (query.Asset is null || keyed[i].Asset == query.Asset))
                    yield return keyed[i].Position;
            yield break;
        }
        var wanted = groups.ConvertAll(group => group.IsOf(query));
        for (var i = FirstFrom(before) - 1; i >= 0; i--)
            if (wanted[rows[i].Group])
                yield return rows[i].Position;
    }

    /// <summary>The rows of some blocks by the terms that they are stored under.</summary>
    public Dictionary<Guid, List<(ListPosition Position, string Asset)>> ByTerm(long after, long last)
    {
        var found = new Dictionary<Guid, List<(ListPosition, string)>>();
        for (var i = FirstFrom(ListPosition.BeginningOf(after + 1)); i < rows.Count && rows[i].Position.Block <= last; i++)
        {
            var group = groups[rows[i].Group];
            Put(ListTerms.Of(group.Tenant, group.List), rows[i].Position, group.Asset);
            if (group.List == LedgerList.Transfers)
                Put(ListTerms.Of(group.Tenant, group.List, group.Kind), rows[i].Position, group.Asset);
        }
        foreach (var row in keyed)
            if (row.Position.Block > after && row.Position.Block <= last)
                Put(row.Term, row.Position, row.Asset);
        return found;

        void Put(Guid term, ListPosition position, string asset)
        {
            if (!found.TryGetValue(term, out var list))
                found[term] = list = [];
            list.Add((position, asset));
        }
    }

    /// <summary>How many rows there are of the blocks up to one.</summary>
    public int CountUpTo(long block) => FirstFrom(ListPosition.BeginningOf(block + 1));

    /// <summary>A copy of what there is up to a block.</summary>
    public ListRows CopyUpTo(long block)
    {
        var copy = new ListRows { version = version };
        copy.groups.AddRange(groups);
        copy.rows.AddRange(rows.GetRange(0, CountUpTo(block)));
        copy.keyed.AddRange(keyed.TakeWhile(row => row.Position.Block <= block));
        copy.statuses.AddRange(statuses.TakeWhile(change => change.Made.Block <= block));
        copy.times.AddRange(times.TakeWhile(time => time.Block <= block));
        foreach (var (key, since) in keysSince)
            copy.keysSince[key] = since;
        return copy;
    }

    public void DropUpTo(long block)
    {
        rows.RemoveRange(0, CountUpTo(block));
        keyed.RemoveAll(row => row.Position.Block <= block);
        statuses.RemoveAll(change => change.Made.Block <= block);
        times.RemoveAll(time => time.Block <= block);
        // Groups of tenants that are not heard of any more.
        if (rows.Count == 0)
        {
            numbers.Clear();
            groups.Clear();
        }
    }

    private void Add(LedgerRecord record, long block, int number, IReadOnlyList<IndexedKey> keys)
    {
        var tenant = record.Command.Tenant;
        if (StatusChange.IsMadeBy(record))
            statuses.AddRange(StatusChange.Of(record, block, number));
        for (var i = 0; i < record.Opened.Length; i++)
            if (record.Opened[i] is { IsSystem: false } opened)
            {
                Add(new ListGroup(tenant, LedgerList.Accounts, default, opened.Asset), new(block, number, i));
                if (keys.Count > 0)
                    Add(keys, LedgerList.Accounts, opened.Metadata, new(block, number, i), opened.Asset);
            }
        for (var i = 0; i < record.Postings.Length; i++)
        {
            var (posting, position) = (record.Postings[i], new ListPosition(block, number, i));
            if (posting.Entries[0].Terms is { } terms)
            {
                // An account is listed where it was opened, and found by a value where that was set.
                if (keys.Count > 0)
                    Add(keys, LedgerList.Accounts, terms.Metadata, position, posting.Asset);
                continue;
            }
            Add(new ListGroup(tenant, LedgerList.Transfers, posting.Kind, posting.Asset), position);
            if (record.Command.Listed is { } list)
                Add(new ListGroup(tenant, list, posting.Kind, posting.Asset), position);
            if (keys.Count == 0)
                continue;
            var metadata = record.Details(i).Metadata;
            Add(keys, LedgerList.Transfers, metadata, position, posting.Asset);
            if (record.Command.Listed is { } other)
                Add(keys, other, metadata, position, posting.Asset);
        }
    }

    private void Add(ListGroup group, ListPosition position)
    {
        if (!numbers.TryGetValue(group, out var number))
        {
            numbers[group] = number = groups.Count;
            groups.Add(group);
        }
        rows.Add((position, number));
    }

    private void Add(IReadOnlyList<IndexedKey> keys, LedgerList list, string? metadata, ListPosition position, string asset)
    {
        foreach (var (name, value) in MetadataPatch.Read(metadata))
            if (value is not null && keys.FirstOrDefault(key => key.Name == name) is { } key)
                keyed.Add(new KeyedRow(ListTerms.Of(key, list, value), position, asset));
    }

    private void SetKeys(long block, IndexedKeys keys)
    {
        version = keys.Version;
        var now = keys.All.Select(key => key.Id).ToHashSet();
        foreach (var gone in keysSince.Keys.Where(key => !now.Contains(key)).ToList())
            keysSince.Remove(gone);
        foreach (var key in now)
            keysSince.TryAdd(key, block - 1);
    }

    private int FirstFrom(ListPosition position)
    {
        var (low, high) = (0, rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rows[middle].Position < position)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
