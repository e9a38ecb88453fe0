using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>
/// The entries of some blocks, one after the other, to be found by account: each in some fifty bytes, with the places of the account's
/// entry before it and of the last one of the range before its own.
/// </summary>
internal sealed class EntryBatch
{
    // The place of an account in the table.
    private const int AccountBytes = 56;

    // Two places, a transfer, its kind, and numbers.
    private const int LinkBytes = 2 * sizeof(int);
    private const int FixedBytes = LinkBytes + 16 + 1 + 10 * PackedNumber.MaxBytes;

    private readonly Dictionary<Guid, Latest> accounts = [];
    private readonly EntryArena arena = new();
    private long firstAt;

    /// <summary>The first and the last block; 0 where there is none.</summary>
    public long First { get; private set; }

    public long Last { get; private set; }

    /// <summary>What it takes of memory.</summary>
    public long Bytes => arena.Bytes + accounts.Count * AccountBytes;

    public void Add(long block, IReadOnlyList<LedgerRecord> records)
    {
        if (First == 0)
            (First, firstAt) = (block, records.Count > 0 ? records[0].At : 0);
        Last = block;
        foreach (var record in records)
        {
            var effectiveAt = record.EffectiveAt;
            for (var i = 0; i < record.Postings.Length; i++)
            {
                var reference = record.Details(i).Reference;
                foreach (var entry in record.Postings[i].Entries)
                    Add(record, effectiveAt, record.Postings[i], reference, entry);
            }
        }
    }

    /// <summary>The place of an account's last entry; 0 for none. What leads from it does not change.</summary>
    public int Find(Guid account) => accounts.GetValueOrDefault(account).Place;

    /// <summary>Puts what leads from an entry of an account in its place, counted from a number.</summary>
    public void Read(int place, long first, HistoryEntry?[] found)
    {
        var last = first + found.Length - 1;
        while (place != 0)
        {
            var (before, rangeBefore, sequence) = Links(place);
            if (sequence < first)
                return;
            if (sequence <= last)
                found[sequence - first] = Read(place);
            place = EntryChunk.RangeOf(sequence) > EntryChunk.RangeOf(last) ? rangeBefore : before;
        }
    }

    public IEnumerable<EntryChunk> Pack()
    {
        var entries = new List<HistoryEntry>();
        foreach (var (account, latest) in accounts)
            for (var place = latest.Place; place != 0;)
            {
                var entry = Read(place);
                entries.Add(entry);
                var (before, _, sequence) = Links(place);
                place = before;
                if (place != 0 && Links(place).Sequence is var next && next + 1 == sequence
                    && EntryChunk.RangeOf(next) == EntryChunk.RangeOf(sequence))
                    continue;
                entries.Reverse();
                yield return EntryChunk.Pack(account, entries);
                entries.Clear();
            }
    }

    private void Add(LedgerRecord record, long effectiveAt, Posting posting, string? reference, Entry entry)
    {
        ref var latest = ref CollectionsMarshal.GetValueRefOrAddDefault(accounts, entry.Account, out _);
        var isSameRange = EntryChunk.RangeOf(latest.Sequence) == EntryChunk.RangeOf(entry.Sequence);
        var rangeBefore = isSameRange ? latest.RangeBefore : latest.Place;
        var text = reference is null ? 0 : Encoding.UTF8.GetMaxByteCount(reference.Length);
        var bytes = arena.Reserve(FixedBytes + text, out var place);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, latest.Place);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[sizeof(int)..], rangeBefore);
        var used = PackedNumber.Write(bytes, LinkBytes, entry.Sequence);
        used = PackedNumber.Write(bytes, used, record.Block - First);
        used = PackedNumber.Write(bytes, used, record.Block - entry.PreviousBlock);
        used = PackedNumber.WriteSigned(bytes, used, record.At - firstAt);
        used = PackedNumber.Write(bytes, used, record.At - effectiveAt);
        posting.Id.TryWriteBytes(bytes[used..]);
        used += 16;
        bytes[used++] = (byte)posting.Kind;
        used = PackedNumber.WriteSigned(bytes, used, entry.Amount);
        used = PackedNumber.WriteSigned(bytes, used, entry.Posted);
        used = PackedNumber.Write(bytes, used, entry.Held);
        used = PackedNumber.Write(bytes, used, entry.Debt?.Amount ?? 0);
        // One more than its length, so that none differs from an empty one.
        used = PackedNumber.Write(bytes, used, reference is null ? 0 : Encoding.UTF8.GetByteCount(reference) + 1);
        if (reference is not null)
            used += Encoding.UTF8.GetBytes(reference, bytes[used..]);
        arena.Keep(used);
        latest = new Latest(place, rangeBefore, entry.Sequence);
    }

    private (int Before, int RangeBefore, long Sequence) Links(int place)
    {
        var bytes = arena.At(place);
        var next = LinkBytes;
        return (BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(int)..]),
            PackedNumber.Read(bytes, ref next));
    }

    private HistoryEntry Read(int place)
    {
        var bytes = arena.At(place);
        var next = LinkBytes;
        var sequence = PackedNumber.Read(bytes, ref next);
        var block = First + PackedNumber.Read(bytes, ref next);
        var previous = block - PackedNumber.Read(bytes, ref next);
        var at = firstAt + PackedNumber.ReadSigned(bytes, ref next);
        var effectiveAt = at - PackedNumber.Read(bytes, ref next);
        var transfer = new Guid(bytes.Slice(next, 16));
        var kind = (TransferKind)bytes[next + 16];
        next += 17;
        var amount = PackedNumber.ReadSigned(bytes, ref next);
        var posted = PackedNumber.ReadSigned(bytes, ref next);
        var held = PackedNumber.Read(bytes, ref next);
        var debt = PackedNumber.Read(bytes, ref next);
        var text = (int)PackedNumber.Read(bytes, ref next);
        var reference = text == 0 ? null : Encoding.UTF8.GetString(bytes.Slice(next, text - 1));
        return new HistoryEntry(sequence, transfer, kind, amount, posted, held, reference, block, at, effectiveAt, previous)
        {
            Debt = debt,
        };
    }

    private readonly record struct Latest(int Place, int RangeBefore, long Sequence);
}
