using System.Runtime.InteropServices;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>The entries of some blocks, one after the other, by account.</summary>
internal sealed class EntryBatch
{
    private readonly Dictionary<Guid, List<HistoryEntry>> accounts = [];

    /// <summary>The first and the last block; 0 where there is none.</summary>
    public long First { get; private set; }

    public long Last { get; private set; }

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    public void Add(long block, IReadOnlyList<LedgerRecord> records)
    {
        (First, Last) = (First == 0 ? block : First, block);
        foreach (var record in records)
            for (var i = 0; i < record.Postings.Length; i++)
                foreach (var entry in record.Postings[i].Entries)
                {
                    ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(accounts, entry.Account, out _);
                    (own ??= new List<HistoryEntry>(2)).Add(HistoryEntry.From(record, i, entry));
                    Count++;
                }
    }

    /// <summary>Puts what is there of an account in its place, counted from a number.</summary>
    public void Read(Guid account, long first, HistoryEntry?[] found)
    {
        if (!accounts.TryGetValue(account, out var own))
            return;
        var offset = own[0].Sequence - first;
        for (var i = Math.Max(0, -offset); i < own.Count && i + offset < found.Length; i++)
            found[i + offset] = own[(int)i];
    }

    public IEnumerable<EntryChunk> Pack()
    {
        foreach (var (account, own) in accounts)
            for (var (from, to) = (0, 0); from < own.Count; from = to)
            {
                var end = EntryChunk.RangeOf(own[from].Sequence) + EntryChunk.RangeEntries;
                to = (int)Math.Min(own.Count, end - own[0].Sequence);
                yield return EntryChunk.Pack(account, own.GetRange(from, to - from));
            }
    }
}
