namespace CreditSystem.Ledger.Projection.Ids;

/// <summary>
/// The ids of the blocks that are in stored segments, without the segments: tables say which of them to read. What is not in a
/// table yet is in the <see cref="IdIndex"/> with all that is newer.
/// </summary>
/// <param name="tableIds">How many ids are put into a table when they have come together.</param>
internal sealed class IdArchive(int tableIds)
{
    // So many small tables become one: each lookup asks all tables, and each id is put together few times.
    private const int MaxSmallTables = 8;
    private const int LargeTables = 8;

    // A document of MongoDB has at most 16 MiB.
    private const long MostStoredBytes = 15 * 1024 * 1024;

    private readonly List<IdTable> tables = [];
    private readonly List<SegmentSpan> loose = [];

    /// <summary>The last block whose ids are in a table.</summary>
    public long Last => tables.Count == 0 ? 0 : tables[^1].Last;

    /// <summary>How many ids the tables have.</summary>
    public long Count => tables.Sum(table => (long)table.Count);

    /// <summary>What the tables take of memory.</summary>
    public long Bytes => tables.Sum(table => table.Bytes);

    /// <summary>Takes note of a segment that is stored now.</summary>
    public void Add(SegmentSpan segment)
    {
        if (segment.After == (loose.Count > 0 ? loose[^1].Last : Last))
            loose.Add(segment);
    }

    /// <summary>The segments of which a table should be made; null while that is not worth it.</summary>
    public IReadOnlyList<SegmentSpan>? Due()
    {
        if (loose.Sum(segment => (long)segment.Count) < tableIds)
            return null;
        var small = tables.AsEnumerable().Reverse().TakeWhile(table => !IsLarge(table)).Reverse().ToList();
        List<SegmentSpan> all = small.Count < MaxSmallTables - 1 ? [] : [.. small.SelectMany(table => table.Segments)];
        return all.Count + loose.Count <= IdTable.MaxSegments ? [.. all, .. loose] : [.. loose.Take(IdTable.MaxSegments)];
    }

    /// <summary>The first table that stays as it is and is not stored; null for none.</summary>
    public IdTable? Unstored() => tables.Find(table => !table.IsStored && IsLarge(table) && table.Bytes < MostStoredBytes);

    /// <summary>Puts a table in the place of the smaller ones and the segments that it covers; it begins where one of them does.</summary>
    public void Add(IdTable table)
    {
        tables.RemoveAll(other => other.After >= table.After);
        tables.Add(table);
        loose.RemoveAll(segment => segment.Last <= table.Last);
    }

    public bool MayContain(ulong key)
    {
        foreach (var table in tables)
            if (table.MayContain(key))
                return true;
        return false;
    }

    /// <summary>The segments that may have the key, latest first.</summary>
    public List<SegmentSpan> Find(ulong key)
    {
        var found = new List<SegmentSpan>(1);
        for (var i = tables.Count - 1; i >= 0; i--)
            tables[i].Find(key, found);
        return found;
    }

    public void Clear()
    {
        tables.Clear();
        loose.Clear();
    }

    private bool IsLarge(IdTable table) => table.Count >= LargeTables * tableIds;
}
