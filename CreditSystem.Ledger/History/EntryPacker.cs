using System.Text;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.History;

/// <summary>Entries of one range of an account, each as its difference to the one before: what a chunk is made of.</summary>
internal static class EntryPacker
{
    // Beside the kind of an entry: what is owed comes last. Few ever owe anything.
    private const int HasDebt = 0x80;

    private const int HeaderBytes = 3 * PackedNumber.MaxBytes;
    private const int FixedBytes = 7 * PackedNumber.MaxBytes + 18;

    /// <param name="entries">One after the other, all of one range.</param>
    /// <param name="room">How many bytes to leave at the end.</param>
    public static byte[] Pack(IReadOnlyList<HistoryEntry> entries, int room)
    {
        var most = HeaderBytes + entries.Count * FixedBytes + room;
        foreach (var entry in entries)
            if (entry.Reference is { } text)
                most += PackedNumber.MaxBytes + Encoding.UTF8.GetMaxByteCount(text.Length);
        var buffer = new byte[most];
        var (block, at, held) = (entries[0].PreviousBlock, 0L, 0L);
        var used = PackedNumber.Write(buffer, 0, entries.Count);
        used = PackedNumber.Write(buffer, used, block);
        used = PackedNumber.WriteSigned(buffer, used, entries[0].Posted - entries[0].Amount);
        foreach (var entry in entries)
        {
            used = PackedNumber.Write(buffer, used, entry.Block - block);
            used = PackedNumber.Write(buffer, used, entry.At - at);
            used = PackedNumber.Write(buffer, used, entry.At - entry.EffectiveAt);
            entry.Transfer.TryWriteBytes(buffer.AsSpan(used));
            used += 16;
            buffer[used++] = (byte)((int)entry.Kind | (entry.Debt == 0 ? 0 : HasDebt));
            used = PackedNumber.WriteSigned(buffer, used, entry.Amount);
            used = PackedNumber.WriteSigned(buffer, used, entry.Held - held);
            buffer[used++] = entry.Reference is null ? (byte)0 : (byte)1;
            if (entry.Reference is { } reference)
            {
                used = PackedNumber.Write(buffer, used, Encoding.UTF8.GetByteCount(reference));
                used += Encoding.UTF8.GetBytes(reference, buffer.AsSpan(used));
            }
            if (entry.Debt != 0)
                used = PackedNumber.Write(buffer, used, entry.Debt);
            (block, at, held) = (entry.Block, entry.At, entry.Held);
        }
        return buffer[..(used + room)];
    }

    /// <param name="content">What was packed.</param>
    /// <param name="first">The number of the first entry.</param>
    public static HistoryEntry[] Unpack(ReadOnlySpan<byte> content, long first)
    {
        var next = 0;
        var entries = new HistoryEntry[PackedNumber.Read(content, ref next)];
        var previous = PackedNumber.Read(content, ref next);
        var posted = PackedNumber.ReadSigned(content, ref next);
        var (at, held) = (0L, 0L);
        for (var i = 0; i < entries.Length; i++)
        {
            var block = previous + PackedNumber.Read(content, ref next);
            at += PackedNumber.Read(content, ref next);
            var effective = at - PackedNumber.Read(content, ref next);
            var transfer = new Guid(content.Slice(next, 16));
            var kind = content[next + 16];
            next += 17;
            var amount = PackedNumber.ReadSigned(content, ref next);
            posted += amount;
            held += PackedNumber.ReadSigned(content, ref next);
            var reference = content[next++] == 0 ? null : Text(content, ref next);
            entries[i] = new HistoryEntry(
                first + i, transfer, (TransferKind)(kind & ~HasDebt), amount, posted, held, reference, block, at, effective, previous)
            {
                Debt = (kind & HasDebt) == 0 ? 0 : PackedNumber.Read(content, ref next),
            };
            previous = block;
        }
        return entries;
    }

    private static string Text(ReadOnlySpan<byte> content, ref int next)
    {
        var length = (int)PackedNumber.Read(content, ref next);
        next += length;
        return Encoding.UTF8.GetString(content.Slice(next - length, length));
    }
}
