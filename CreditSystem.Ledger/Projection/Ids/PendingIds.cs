namespace CreditSystem.Ledger.Projection.Ids;

/// <summary>Ids that are in memory and not in a segment yet, in the order of their blocks.</summary>
internal sealed class PendingIds
{
    private readonly Lock gate = new();
    private readonly List<(ulong Key, long Block)> ids = [];
    private readonly List<(Guid Id, long Block)> latest = [];

    public int Count
    {
        get
        {
            lock (gate)
                return ids.Count;
        }
    }

    public void Add(ulong key, long block)
    {
        lock (gate)
            ids.Add((key, block));
    }

    public void AddLatest(Guid id, long block)
    {
        lock (gate)
            latest.Add((id, block));
    }

    /// <summary>A copy of all that is pending up to a block.</summary>
    public (List<(ulong Key, long Block)> Ids, List<(Guid Id, long Block)> Latest) UpTo(long block)
    {
        lock (gate)
            return (ids.GetRange(0, CountUpTo(ids.Count, i => ids[i].Block, block)),
                latest.GetRange(0, CountUpTo(latest.Count, i => latest[i].Block, block)));
    }

    public void DropUpTo(long block)
    {
        lock (gate)
        {
            ids.RemoveRange(0, CountUpTo(ids.Count, i => ids[i].Block, block));
            latest.RemoveRange(0, CountUpTo(latest.Count, i => latest[i].Block, block));
        }
    }

    private static int CountUpTo(int count, Func<int, long> blockOf, long block)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (blockOf(middle) <= block)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
