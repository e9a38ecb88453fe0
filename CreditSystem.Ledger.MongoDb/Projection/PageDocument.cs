using System.Buffers.Binary;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Projection.ResumePoints;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb.Projection;

/// <summary>
/// What has changed in some blocks, as documents of the collection <c>account_pages</c>: its pages, and that all are there.
/// </summary>
internal static class PageDocument
{
    private const int KeyBytes = 41;
    private const int MaxBytes = 16 * 1024 * 1024;

    // The first byte of a key: first all that say of which blocks there are pages, then the pages.
    private const byte Deltas = 0;
    private const byte Pages = 1;

    /// <summary>In the order of its bytes: by the log and the last block, so that what a checkpoint has passed is one range.</summary>
    public static byte[] DeltaKey(AccountDelta delta) => Key(Deltas, delta.Partition, delta.Last, delta.After, delta.Id, 0);

    public static byte[] PageKey(AccountDelta delta, int page) => Key(Pages, delta.Partition, delta.Last, delta.After, delta.Id, page);

    /// <summary>The first key of what ends at a block.</summary>
    public static byte[] FirstDelta(int partition, long last) => Key(Deltas, partition, last, 0, Guid.Empty, 0);

    public static byte[] FirstPage(int partition, long last) => Key(Pages, partition, last, 0, Guid.Empty, 0);

    public static byte[] Encode(AccountDelta delta)
    {
        var writer = new BsonWriter(256);
        writer.Binary("_id"u8, DeltaKey(delta));
        writer.Binary("hash"u8, delta.Hash);
        writer.Int32("pages"u8, delta.Pages);
        return writer.ToArray();
    }

    /// <returns>Null where the document is not one.</returns>
    public static AccountDelta? TryDecode(RawBsonDocument document)
    {
        try
        {
            var reader = new BsonReader(document.ToBytes());
            var key = reader.Binary("_id"u8);
            if (key.Length != KeyBytes)
                return null;
            var delta = new AccountDelta(
                BinaryPrimitives.ReadInt32BigEndian(key[1..]), BinaryPrimitives.ReadInt64BigEndian(key[13..]),
                BinaryPrimitives.ReadInt64BigEndian(key[5..]), reader.Binary("hash"u8).ToArray(), new Guid(key[21..37], bigEndian: true),
                reader.Int32("pages"u8));
            reader.End();
            return delta;
        }
        catch (LedgerCorruptException)
        {
            return null;
        }
    }

    public static byte[] Encode(AccountDelta delta, int page, ReadOnlySpan<byte> content)
    {
        var writer = new BsonWriter(content.Length / 2 + 256);
        writer.Binary("_id"u8, PageKey(delta, page));
        PackedContent.Write(writer, content);
        return writer.ToArray();
    }

    /// <returns>The content of a page; null where it is damaged.</returns>
    public static byte[]? TryDecodePage(RawBsonDocument document)
    {
        try
        {
            var reader = new BsonReader(document.ToBytes());
            reader.Binary("_id"u8);
            var content = PackedContent.Read(ref reader, MaxBytes);
            reader.End();
            return content;
        }
        catch (LedgerCorruptException)
        {
            return null;
        }
    }

    private static byte[] Key(byte kind, int partition, long last, long after, Guid id, int page)
    {
        var key = new byte[KeyBytes];
        key[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(1), partition);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(5), last);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(13), after);
        id.TryWriteBytes(key.AsSpan(21), bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(37), page);
        return key;
    }
}
