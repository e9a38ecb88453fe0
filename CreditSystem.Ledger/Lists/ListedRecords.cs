using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Lists;

/// <summary>
/// Records by their places in the log. Those that were asked for last are kept, since the newest page of a list is asked for most, and
/// one of its records may mean to read a block of thousands. Any thread may ask.
/// </summary>
internal sealed class ListedRecords(RecordIndex records)
{
    // Of each partition: ten pages. A record is some two kilobytes.
    private const int MostKept = 512;

    private readonly Dictionary<ListPosition, LedgerRecord> kept = [];
    private readonly Queue<ListPosition> order = new();
    private readonly Lock gate = new();

    /// <summary>By their places without a part; those of block 0 are left out.</summary>
    public async ValueTask<Dictionary<ListPosition, LedgerRecord>> LoadAsync(
        IEnumerable<ListPosition> places, CancellationToken cancellationToken)
    {
        var (found, missing) = Find(places.Where(place => place.Block > 0).Select(PlaceOf).Distinct());
        if (missing.Count == 0)
            return found;
        var blocks = await records.BlocksAsync([.. missing.Select(place => place.Block).Distinct()], cancellationToken);
        foreach (var group in missing.GroupBy(place => place.Block))
            foreach (var (number, record) in blocks[group.Key].ReadRecords(group.Select(place => place.Record).ToHashSet()))
                found[new ListPosition(group.Key, number, 0)] = record;
        Keep(missing.Where(found.ContainsKey), found);
        return found;
    }

    /// <summary>Where the record is of which this is a part.</summary>
    public static ListPosition PlaceOf(ListPosition position) => position with { Part = 0 };

    private (Dictionary<ListPosition, LedgerRecord> Found, List<ListPosition> Missing) Find(IEnumerable<ListPosition> places)
    {
        var (found, missing) = (new Dictionary<ListPosition, LedgerRecord>(), new List<ListPosition>());
        lock (gate)
            foreach (var place in places)
                if (kept.TryGetValue(place, out var record))
                    found[place] = record;
                else
                    missing.Add(place);
        return (found, missing);
    }

    private void Keep(IEnumerable<ListPosition> places, Dictionary<ListPosition, LedgerRecord> found)
    {
        lock (gate)
            foreach (var place in places)
                if (kept.TryAdd(place, found[place]))
                {
                    order.Enqueue(place);
                    if (order.Count > MostKept)
                        kept.Remove(order.Dequeue());
                }
    }
}
