using System.Buffers.Binary;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Log;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb.Projection;

/// <summary>That something has a status, as a document of the collection <c>ledger_lists</c>.</summary>
internal static class StatusDocument
{
    private const int KeyBytes = 40;

    /// <summary>In the order of its bytes: what has a status is beside each other, in the order of its creation.</summary>
    public static byte[] Key(Guid term, StatusPosition position)
    {
        var key = new byte[KeyBytes];
        term.TryWriteBytes(key, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(16), position.CreatedAt);
        position.Id.TryWriteBytes(key.AsSpan(24), bigEndian: true, out _);
        return key;
    }

    public static byte[] Encode(StatusRow row)
    {
        var writer = new BsonWriter(128);
        writer.Binary("_id"u8, Key(row.Term, row.Position));
        writer.Guid("acct"u8, row.Account);
        writer.Int64("block"u8, row.Place.Block);
        writer.Int32("rec"u8, row.Place.Record);
        writer.Int64("lastBlock"u8, row.Last.Block);
        writer.Int32("lastRec"u8, row.Last.Record);
        return writer.ToArray();
    }

    /// <exception cref="LedgerCorruptException">The document is not such a row.</exception>
    public static StatusRow Decode(RawBsonDocument document)
    {
        var reader = new BsonReader(document.ToBytes());
        var key = reader.Binary("_id"u8);
        if (key.Length != KeyBytes)
            throw new LedgerCorruptException("A document of the lists has another key than is written.");
        var position = new StatusPosition(BinaryPrimitives.ReadInt64BigEndian(key[16..]), new Guid(key[24..], bigEndian: true));
        var term = new Guid(key[..16], bigEndian: true);
        return new StatusRow(
            term, position, reader.Guid("acct"u8), new ListPosition(reader.Int64("block"u8), reader.Int32("rec"u8), 0),
            new ListPosition(reader.Int64("lastBlock"u8), reader.Int32("lastRec"u8), 0));
    }
}
