using System.Buffers.Binary;
using System.IO.Hashing;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.History;

/// <summary>
/// Some entries of one account, one after the other, as they are stored beside the log to be found at once. They are in the log
/// as well: a chunk may be missing, may overlap another one, and says by a checksum whether it is what was written.
/// </summary>
/// <param name="Account">Whose entries.</param>
/// <param name="First">The number of the first.</param>
/// <param name="Content">The entries, each as its difference to the one before, and the checksum.</param>
public sealed record EntryChunk(Guid Account, long First, byte[] Content)
{
    /// <summary>No chunk has entries of two ranges of so many: what a page needs is in one or two of them.</summary>
    public const int RangeEntries = 64;

    // Beside the kind of an entry: what is owed comes last. Few ever owe anything.
    private const int HasDebt = 0x80;

    private const int ChecksumBytes = sizeof(ulong);

    /// <summary>The number of the first entry of the range that an entry is in.</summary>
    internal static long RangeOf(long sequence) => (sequence - 1) / RangeEntries * RangeEntries + 1;

    /// <param name="account">Whose entries.</param>
    /// <param name="entries">One after the other, all of one range.</param>
    internal static EntryChunk Pack(Guid account, IReadOnlyList<HistoryEntry> entries)
    {
        using var buffer = new MemoryStream(entries.Count * 48 + 32);
        using var writer = new BinaryWriter(buffer);
        var first = entries[0];
        writer.Write7BitEncodedInt(entries.Count);
        writer.Write7BitEncodedInt64(first.PreviousBlock);
        writer.Write7BitEncodedInt64(ZigZag(first.Posted - first.Amount));
        var (block, at, held) = (first.PreviousBlock, 0L, 0L);
        foreach (var entry in entries)
        {
            writer.Write7BitEncodedInt64(entry.Block - block);
            writer.Write7BitEncodedInt64(entry.At - at);
            writer.Write7BitEncodedInt64(entry.At - entry.EffectiveAt);
            writer.Write(entry.Transfer.ToByteArray());
            writer.Write((byte)((int)entry.Kind | (entry.Debt == 0 ? 0 : HasDebt)));
            writer.Write7BitEncodedInt64(ZigZag(entry.Amount));
            writer.Write7BitEncodedInt64(ZigZag(entry.Held - held));
            writer.Write(entry.Reference is not null);
            if (entry.Reference is not null)
                writer.Write(entry.Reference);
            if (entry.Debt != 0)
                writer.Write7BitEncodedInt64(entry.Debt);
            (block, at, held) = (entry.Block, entry.At, entry.Held);
        }
        writer.Write(Checksum(account, first.Sequence, buffer.GetBuffer().AsSpan(0, (int)buffer.Position)));
        return new EntryChunk(account, first.Sequence, buffer.ToArray());
    }

    /// <summary>The entries; null where the chunk is not what was written.</summary>
    internal HistoryEntry[]? TryUnpack()
    {
        var length = Content.Length - ChecksumBytes;
        return length > 0
            && Checksum(Account, First, Content.AsSpan(0, length)) == BinaryPrimitives.ReadUInt64LittleEndian(Content.AsSpan(length))
            ? Unpack()
            : null;
    }

    /// <summary>The entries of a chunk that is known to be what was written.</summary>
    internal HistoryEntry[] Unpack()
    {
        using var reader = new BinaryReader(new MemoryStream(Content));
        var entries = new HistoryEntry[reader.Read7BitEncodedInt()];
        var previous = reader.Read7BitEncodedInt64();
        var posted = ZagZig(reader.Read7BitEncodedInt64());
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
                First + i, new Guid(id), (TransferKind)(kind & ~HasDebt), amount, posted, held, reference, block, at, effective, previous)
            {
                Debt = (kind & HasDebt) == 0 ? 0 : reader.Read7BitEncodedInt64(),
            };
            previous = block;
        }
        return entries;
    }

    // Small numbers of either sign become small ones without.
    private static long ZigZag(long value) => (value << 1) ^ (value >> 63);

    private static long ZagZig(long value) => (long)((ulong)value >> 1) ^ -(value & 1);

    // Against damage; nothing is proved by it.
    private static ulong Checksum(Guid account, long first, ReadOnlySpan<byte> content)
    {
        Span<byte> id = stackalloc byte[16];
        account.TryWriteBytes(id);
        return XxHash3.HashToUInt64(content, seed: (long)XxHash3.HashToUInt64(id, seed: first));
    }
}
