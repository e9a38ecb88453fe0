using System.Buffers.Binary;
using System.IO.Hashing;

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

    private const int ChecksumBytes = sizeof(ulong);

    /// <summary>The number of the first entry of the range that an entry is in.</summary>
    internal static long RangeOf(long sequence) => (sequence - 1) / RangeEntries * RangeEntries + 1;

    /// <param name="account">Whose entries.</param>
    /// <param name="entries">One after the other, all of one range.</param>
    internal static EntryChunk Pack(Guid account, IReadOnlyList<HistoryEntry> entries)
    {
        var content = EntryPacker.Pack(entries, ChecksumBytes);
        var length = content.Length - ChecksumBytes;
        BinaryPrimitives.WriteUInt64LittleEndian(
            content.AsSpan(length), Checksum(account, entries[0].Sequence, content.AsSpan(0, length)));
        return new EntryChunk(account, entries[0].Sequence, content);
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
    internal HistoryEntry[] Unpack() => EntryPacker.Unpack(Content.AsSpan(0, Content.Length - ChecksumBytes), First);

    // Against damage; nothing is proved by it.
    private static ulong Checksum(Guid account, long first, ReadOnlySpan<byte> content)
    {
        Span<byte> id = stackalloc byte[16];
        account.TryWriteBytes(id);
        return XxHash3.HashToUInt64(content, seed: (long)XxHash3.HashToUInt64(id, seed: first));
    }
}
