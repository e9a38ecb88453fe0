using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Lists;

/// <summary>What lists are written from: rows of the blocks after one, and what they are about.</summary>
internal sealed record ListBatch(long After, ListRows Rows, PartitionReads Reads);

/// <summary>
/// What is listed of the latest blocks, until it is stored; where there is no room for it, the log is read instead. Any thread may
/// read; the partition's loop adds and drops.
/// </summary>
internal sealed class RecentLists(SharedAllowance.Share allowance, IndexedKeys keys)
{
    // What finding a hold or a grant again takes, in rows.
    private const int RowsPerItem = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Tenant, LedgerList List), RecentStatuses> statuses = [];
    private int items;
    private ListRows rows = new();
    private long after;
    private long head;

    /// <summary>The last block.</summary>
    public long Head
    {
        get
        {
            lock (gate)
                return head;
        }
    }

    /// <summary>Rows of blocks after this one are here.</summary>
    public long After
    {
        get
        {
            lock (gate)
                return after;
        }
    }

    public void StartAfter(long block)
    {
        lock (gate)
        {
            Clear(block);
            head = block;
        }
    }

    public void Add(long block, long at, IReadOnlyList<LedgerRecord> records)
    {
        lock (gate)
        {
            if (Size > allowance.Limit)
                Clear(block);
            else
            {
                var known = rows.Statuses.Count;
                rows.Add(block, at, records, keys);
                for (var i = known; i < rows.Statuses.Count; i++)
                    Find(rows.Statuses[i]);
            }
            head = block;
            allowance.Report(Size);
        }
    }

    /// <summary>
    /// What is asked for before a place, newest first, at most so many; null where that place is not here. Then the place down to which
    /// nothing more is here.
    /// </summary>
    public (List<ListPosition> Positions, ListPosition Down)? Read(ListQuery query, ListPosition before, int most)
    {
        lock (gate)
        {
            var first = query.Key is { } key ? Math.Max(after, rows.KeyedAfter(key.Id)) : after;
            if (before.LastBlock <= first)
                return null;
            var found = rows.Before(query, before).TakeWhile(position => position.Block > first).Take(most).ToList();
            return (found, found.Count == most ? found[^1] : ListPosition.BeginningOf(first + 1));
        }
    }

    /// <summary>
    /// The tenant's holds or grants that were changed in the blocks that are here, those before a place, newest first, at most so many;
    /// and after which block that is.
    /// </summary>
    public (List<RecentItem> Items, long After) Statuses(ListQuery query, StatusPosition before, int most)
    {
        lock (gate)
            return (statuses.TryGetValue((query.Tenant, query.List), out var recent)
                ? recent.Before(query.Accounts, before, query.From ?? 0, most)
                : [], after);
    }

    /// <summary>What was done to one in the blocks that are here.</summary>
    public StatusChange[] StatusesOf(string tenant, LedgerList list, StatusPosition position)
    {
        lock (gate)
            return statuses.TryGetValue((tenant, list), out var recent) ? recent.Of(position) : [];
    }

    /// <summary>The first block here that is not before a time; null where none is.</summary>
    public long? FirstAt(long time)
    {
        lock (gate)
        {
            var (low, high) = (0, rows.Times.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (rows.Times[middle].At < time)
                    low = middle + 1;
                else
                    high = middle;
            }
            return low < rows.Times.Count ? rows.Times[low].Block : null;
        }
    }

    /// <summary>A copy of all up to a block.</summary>
    public ListBatch UpTo(long block, PartitionReads reads)
    {
        lock (gate)
            return new ListBatch(after, rows.CopyUpTo(block), reads);
    }

    /// <summary>What is stored need not be here.</summary>
    public void DropUpTo(long block)
    {
        lock (gate)
        {
            if (block <= after)
                return;
            foreach (var (list, position) in rows.Statuses.TakeWhile(change => change.Made.Block <= block)
                .Select(change => ((change.Tenant, change.List), change.Position)).ToHashSet())
                Forget(list, position, block);
            rows.DropUpTo(block);
            after = block;
            allowance.Report(Size);
        }
    }

    private int Size => rows.Count + RowsPerItem * items;

    private void Clear(long block)
    {
        (rows, after, items) = (new ListRows(), block, 0);
        statuses.Clear();
    }

    private void Find(in StatusChange change)
    {
        if (!statuses.TryGetValue((change.Tenant, change.List), out var recent))
            statuses[(change.Tenant, change.List)] = recent = new RecentStatuses();
        items -= recent.Count;
        recent.Add(change);
        items += recent.Count;
    }

    private void Forget((string, LedgerList) list, StatusPosition position, long block)
    {
        if (!statuses.TryGetValue(list, out var recent))
            return;
        items -= recent.Count;
        recent.Drop(position, block);
        items += recent.Count;
        if (recent.Count == 0)
            statuses.Remove(list);
    }
}
