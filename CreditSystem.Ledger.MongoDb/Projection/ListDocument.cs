using System.Buffers.Binary;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb.Projection;

/// <summary>A chunk of a list as a document of the collection <c>ledger_lists</c>.</summary>
internal static class ListDocument
{
    private const int KeyBytes = 32;

    /// <summary>In the order of its bytes: a list's chunks are beside each other, in the order of their blocks.</summary>
    public static byte[] Key(Guid term, long after, long last)
    {
        var key = new byte[KeyBytes];
        term.TryWriteBytes(key, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(16), after);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(24), last);
        return key;
    }

    public static byte[] Encode(ListChunk chunk)
    {
        var writer = new BsonWriter(chunk.Content.Length + 64);
        writer.Binary("_id"u8, Key(chunk.Term, chunk.After, chunk.Last));
        writer.Binary("rows"u8, chunk.Content);
        return writer.ToArray();
    }

    /// <exception cref="LedgerCorruptException">The document is not a chunk.</exception>
    public static ListChunk Decode(RawBsonDocument document)
    {
        var reader = new BsonReader(document.ToBytes());
        var key = reader.Binary("_id"u8);
        if (key.Length != KeyBytes)
            throw new LedgerCorruptException("A document of the lists has another key than is written.");
        return new ListChunk(
            new Guid(key[..16], bigEndian: true), BinaryPrimitives.ReadInt64BigEndian(key[16..]),
            BinaryPrimitives.ReadInt64BigEndian(key[24..]), reader.Binary("rows"u8).ToArray());
    }
}
