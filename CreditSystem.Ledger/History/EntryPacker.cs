using System.Text;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.History;

/// <summary>
/// Entries of one range of an account, each as its difference to the one before: what a chunk is made of, and what entries are kept
/// as until then, in some fifty bytes each. Not for several threads.
/// </summary>
internal sealed class EntryPacker
{
    // Beside the kind of an entry: what is owed comes last. Few ever owe anything.
    private const int HasDebt = 0x80;

    private const int NumberBytes = 10;
    private const int FixedBytes = 6 * NumberBytes + 18;
    private const int ObjectBytes = 144;

    private readonly long previous;
    private readonly long opening;
    private byte[] buffer = new byte[FixedBytes];
    private int length;
    private int count;
    private long block;
    private long at;
    private long held;

    /// <param name="first">The first entry.</param>
    /// <param name="before">Entries of the ranges before that belong to the same account.</param>
    public EntryPacker(HistoryEntry first, EntryPacker? before = null)
    {
        (First, Before, block) = (first.Sequence, before, first.PreviousBlock);
        (previous, opening) = (first.PreviousBlock, first.Posted - first.Amount);
        Add(first);
    }

    /// <summary>The number of the first entry.</summary>
    public long First { get; }

    /// <summary>The number of the last.</summary>
    public long Last => First + count - 1;

    public EntryPacker? Before { get; }

    /// <summary>What it takes of memory.</summary>
    public int Bytes => ObjectBytes + buffer.Length;

    /// <summary>Adds the entry that follows.</summary>
    public void Add(HistoryEntry entry)
    {
        Reserve(FixedBytes + (entry.Reference is { } text ? Encoding.UTF8.GetMaxByteCount(text.Length) + NumberBytes : 0));
        Number(entry.Block - block);
        Number(entry.At - at);
        Number(entry.At - entry.EffectiveAt);
        entry.Transfer.TryWriteBytes(buffer.AsSpan(length));
        length += 16;
        buffer[length++] = (byte)((int)entry.Kind | (entry.Debt == 0 ? 0 : HasDebt));
        Number(ZigZag(entry.Amount));
        Number(ZigZag(entry.Held - held));
        buffer[length++] = entry.Reference is null ? (byte)0 : (byte)1;
        if (entry.Reference is { } reference)
        {
            Number(Encoding.UTF8.GetByteCount(reference));
            length += Encoding.UTF8.GetBytes(reference, buffer.AsSpan(length));
        }
        if (entry.Debt != 0)
            Number(entry.Debt);
        (block, at, held, count) = (entry.Block, entry.At, entry.Held, count + 1);
    }

    public HistoryEntry[] Unpack()
    {
        using var reader = new BinaryReader(new MemoryStream(buffer, 0, length));
        return Unpack(reader, First, count, previous, opening);
    }

    public EntryChunk ToChunk(Guid account)
    {
        Span<byte> header = stackalloc byte[3 * NumberBytes];
        var used = Number(header, 0, count);
        used = Number(header, used, previous);
        used = Number(header, used, ZigZag(opening));
        var content = new byte[used + length + EntryChunk.ChecksumBytes];
        header[..used].CopyTo(content);
        buffer.AsSpan(0, length).CopyTo(content.AsSpan(used));
        return EntryChunk.Seal(account, First, content);
    }

    /// <summary>Reads what was added.</summary>
    public static HistoryEntry[] Unpack(BinaryReader reader, long first, int count, long previous, long posted)
    {
        var entries = new HistoryEntry[count];
        var (at, held) = (0L, 0L);
        Span<byte> id = stackalloc byte[16];
        for (var i = 0; i < entries.Length; i++)
        {
            var block = previous + reader.Read7BitEncodedInt64();
            at += reader.Read7BitEncodedInt64();
            var effective = at - reader.Read7BitEncodedInt64();
            reader.BaseStream.ReadExactly(id);
            var kind = reader.ReadByte();
            var amount = ZagZig(reader.Read7BitEncodedInt64());
            posted += amount;
            held += ZagZig(reader.Read7BitEncodedInt64());
            var reference = reader.ReadBoolean() ? reader.ReadString() : null;
            entries[i] = new HistoryEntry(
                first + i, new Guid(id), (TransferKind)(kind & ~HasDebt), amount, posted, held, reference, block, at, effective, previous)
            {
                Debt = (kind & HasDebt) == 0 ? 0 : reader.Read7BitEncodedInt64(),
            };
            previous = block;
        }
        return entries;
    }

    public static long ZagZig(long value) => (long)((ulong)value >> 1) ^ -(value & 1);

    // Small numbers of either sign become small ones without.
    private static long ZigZag(long value) => (value << 1) ^ (value >> 63);

    private static int Number(Span<byte> target, int at, long value)
    {
        var left = (ulong)value;
        for (; left > 0x7F; left >>= 7)
            target[at++] = (byte)(left | 0x80);
        target[at++] = (byte)left;
        return at;
    }

    private void Number(long value) => length = Number(buffer, length, value);

    private void Reserve(int bytes)
    {
        if (buffer.Length - length < bytes)
            Array.Resize(ref buffer, Math.Max(length + bytes, buffer.Length + buffer.Length / 2));
    }
}
