using System.Buffers;
using System.IO.Hashing;
using CreditSystem.Ledger.Log;
using K4os.Compression.LZ4;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>
/// The records of a block as one LZ4 block (the member <c>txs</c>), with their length (<c>len</c>) and a checksum of the packed bytes
/// (<c>sum</c>): other packed bytes can stand for the same records, and a changed byte is to be found all the same.
/// </summary>
internal static class PackedContent
{
    public static void Write(BsonWriter writer, ReadOnlySpan<byte> content)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LZ4Codec.MaximumOutputSize(content.Length));
        var packed = buffer.AsSpan(0, LZ4Codec.Encode(content, buffer));
        writer.Int32("len"u8, content.Length);
        writer.Int64("sum"u8, Checksum(packed));
        writer.Binary("txs"u8, packed);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <param name="reader">Stands before what was written.</param>
    /// <param name="most">The most bytes that a block has.</param>
    /// <exception cref="LedgerCorruptException">It is not what was written.</exception>
    public static byte[] Read(ref BsonReader reader, int most)
    {
        var (length, sum) = (reader.Int32("len"u8), reader.Int64("sum"u8));
        var packed = reader.Binary("txs"u8);
        if (length < 0 || length > most || sum != Checksum(packed))
            throw new LedgerCorruptException("its records are not what was packed");
        var content = GC.AllocateUninitializedArray<byte>(length);
        return LZ4Codec.Decode(packed, content) == length
            ? content
            : throw new LedgerCorruptException("its records cannot be unpacked");
    }

    private static long Checksum(ReadOnlySpan<byte> packed) => unchecked((long)XxHash3.HashToUInt64(packed));
}
