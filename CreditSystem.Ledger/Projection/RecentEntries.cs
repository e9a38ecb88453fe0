using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>
/// The entries of the latest blocks, until a checkpoint has written them: as many as there is room for, those of later blocks are read
/// from the log when it comes to it. Any thread may read; the partition's loop adds, takes and drops.
/// </summary>
internal sealed class RecentEntries(SharedAllowance.Share allowance)
{
    private readonly Lock gate = new();

    // What checkpoints have taken and nobody is known to have written, in order.
    private readonly List<EntryBatch> taken = [];
    private EntryBatch current = new();
    private bool isFull;

    /// <summary>Whether a checkpoint should be begun, so that what comes while it is written has room.</summary>
    public bool IsHalfFull => current.Bytes > allowance.Limit / 2;

    public void Add(long block, IReadOnlyList<LedgerRecord> records)
    {
        lock (gate)
        {
            isFull |= Bytes > allowance.Limit;
            if (isFull)
                return;
            current.Add(block, records);
            allowance.Report(Bytes);
        }
    }

    /// <summary>The entries from one number to another that are here, in their places.</summary>
    public HistoryEntry?[] Read(Guid account, long first, long last)
    {
        var found = new HistoryEntry?[last - first + 1];
        List<(EntryBatch Batch, int Place)> places;
        lock (gate)
            places = [.. taken.Append(current).Select(batch => (batch, batch.Find(account)))];
        // What leads from a place does not change, so the loop need not wait.
        foreach (var (batch, place) in places)
            batch.Read(place, first, found);
        return found;
    }

    /// <summary>What a checkpoint writes. It stays readable, and does not change any more, until it is dropped.</summary>
    public IReadOnlyList<EntryBatch> Take()
    {
        lock (gate)
        {
            if (current.First > 0)
                taken.Add(current);
            (current, isFull) = (new EntryBatch(), false);
            return [.. taken];
        }
    }

    /// <summary>The entries of the blocks up to one have been written.</summary>
    public void DropUpTo(long block)
    {
        lock (gate)
        {
            taken.RemoveAll(batch => batch.Last <= block);
            allowance.Report(Bytes);
        }
    }

    private long Bytes => current.Bytes + taken.Sum(batch => batch.Bytes);
}
