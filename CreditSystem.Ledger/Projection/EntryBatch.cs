using System.Runtime.InteropServices;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>The entries of some blocks, one after the other, by account, and packed as they will be stored.</summary>
internal sealed class EntryBatch
{
    // The place of an account in the table.
    private const int PlaceBytes = 40;

    private readonly Dictionary<Guid, EntryPacker> accounts = [];

    /// <summary>The first and the last block; 0 where there is none.</summary>
    public long First { get; private set; }

    public long Last { get; private set; }

    /// <summary>What it takes of memory.</summary>
    public long Bytes { get; private set; }

    public void Add(long block, IReadOnlyList<LedgerRecord> records)
    {
        (First, Last) = (First == 0 ? block : First, block);
        foreach (var record in records)
            for (var i = 0; i < record.Postings.Length; i++)
                foreach (var entry in record.Postings[i].Entries)
                    Add(entry.Account, HistoryEntry.From(record, i, entry));
    }

    /// <summary>Puts what is there of an account in its place, counted from a number.</summary>
    public void Read(Guid account, long first, HistoryEntry?[] found)
    {
        var last = first + found.Length - 1;
        for (var own = accounts.GetValueOrDefault(account); own is not null && own.Last >= first; own = own.Before)
            if (own.First <= last)
                foreach (var entry in own.Unpack())
                    if (entry.Sequence >= first && entry.Sequence <= last)
                        found[entry.Sequence - first] = entry;
    }

    public IEnumerable<EntryChunk> Pack()
    {
        foreach (var (account, latest) in accounts)
            for (var own = latest; own is not null; own = own.Before)
                yield return own.ToChunk(account);
    }

    private void Add(Guid account, HistoryEntry entry)
    {
        ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(accounts, account, out var isKnown);
        var before = own?.Bytes ?? 0;
        if (own is not null && own.Last + 1 == entry.Sequence && EntryChunk.RangeOf(own.First) == EntryChunk.RangeOf(entry.Sequence))
        {
            own.Add(entry);
            Bytes += own.Bytes - before;
            return;
        }
        own = new EntryPacker(entry, own);
        Bytes += own.Bytes + (isKnown ? 0 : PlaceBytes);
    }
}
