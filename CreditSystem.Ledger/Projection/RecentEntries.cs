using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>
/// The entries of the latest blocks, until a checkpoint has written them: as many as there is room for, those of later blocks are read
/// from the log when it comes to it. Any thread may read; the partition's loop adds and takes.
/// </summary>
internal sealed class RecentEntries(SharedAllowance.Share allowance)
{
    private readonly Lock gate = new();
    private EntryBatch current = new();
    private EntryBatch? inFlight;
    private bool isFull;

    public void Add(long block, IReadOnlyList<LedgerRecord> records)
    {
        lock (gate)
        {
            isFull |= Count > allowance.Limit;
            if (isFull)
                return;
            current.Add(block, records);
            allowance.Report(Count);
        }
    }

    /// <summary>The entries from one number to another that are here, in their places.</summary>
    public HistoryEntry?[] Read(Guid account, long first, long last)
    {
        var found = new HistoryEntry?[last - first + 1];
        lock (gate)
        {
            inFlight?.Read(account, first, found);
            current.Read(account, first, found);
        }
        return found;
    }

    /// <summary>What a checkpoint writes. It stays readable until the checkpoint ends.</summary>
    public EntryBatch Take()
    {
        lock (gate)
        {
            (inFlight, current, isFull) = (current, new EntryBatch(), false);
            return inFlight;
        }
    }

    /// <summary>The checkpoint has been written; or not, and the next one reads the log.</summary>
    public void Drop()
    {
        lock (gate)
        {
            inFlight = null;
            allowance.Report(Count);
        }
    }

    private int Count => current.Count + (inFlight?.Count ?? 0);
}
