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
    private readonly Lock gate = new();
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
            (rows, after, head) = (new ListRows(), block, block);
    }

    public void Add(long block, long at, IReadOnlyList<LedgerRecord> records)
    {
        lock (gate)
        {
            if (rows.Count > allowance.Limit)
                (rows, after) = (new ListRows(), block);
            else
                rows.Add(block, at, records, keys);
            head = block;
            allowance.Report(rows.Count);
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

    /// <summary>What was done to a tenant's holds or grants, in its order.</summary>
    public List<StatusChange> Statuses(string tenant, LedgerList list)
    {
        lock (gate)
            return [.. rows.Statuses.Where(change => change.List == list && change.Tenant == tenant)];
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
            rows.DropUpTo(block);
            after = block;
            allowance.Report(rows.Count);
        }
    }
}
