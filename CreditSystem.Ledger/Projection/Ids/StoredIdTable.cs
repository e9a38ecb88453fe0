using System.Buffers.Binary;
using System.IO.Hashing;
using CreditSystem.Ledger.Log;

namespace CreditSystem.Ledger.Projection.Ids;

/// <summary>
/// A table of ids as it is stored beside the segments that it is of, so that a start need not read these. It says by a checksum whether it
/// is what was written; where it is not, or is not there, the segments are read.
/// </summary>
/// <param name="After">The block that its first segment begins after.</param>
public sealed record StoredIdTable(int Partition, long After, byte[] Content)
{
    internal static StoredIdTable Pack(int partition, IdTable table) =>
        new(partition, table.After, CheckedContent.Write(SeedOf(partition, table.After), table.Write));

    /// <summary>The table; null where it is not what was written.</summary>
    internal IdTable? TryUnpack() => CheckedContent.TryRead(Content, SeedOf(Partition, After), IdTable.Read);

    private static long SeedOf(int partition, long after)
    {
        Span<byte> id = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(id, after);
        return (long)XxHash3.HashToUInt64(id, seed: partition);
    }
}
