using System.Buffers.Binary;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Log;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb.Projection;

/// <summary>A chunk of an account's entries as a document of the collection <c>account_entries</c>.</summary>
internal static class EntryDocument
{
    private const int KeyBytes = 24;

    /// <summary>In the order of its bytes: the one index that every collection has finds an account's entries in their order.</summary>
    public static byte[] Key(Guid account, long first)
    {
        var key = new byte[KeyBytes];
        account.TryWriteBytes(key, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(16), first);
        return key;
    }

    public static byte[] Encode(EntryChunk chunk)
    {
        var writer = new BsonWriter(chunk.Content.Length + 64);
        writer.Binary("_id"u8, Key(chunk.Account, chunk.First));
        writer.Binary("entries"u8, chunk.Content);
        return writer.ToArray();
    }

    /// <returns>Null where the document is not a chunk: its entries are in the log.</returns>
    public static EntryChunk? TryDecode(RawBsonDocument document)
    {
        try
        {
            var reader = new BsonReader(document.ToBytes());
            var key = reader.Binary("_id"u8);
            if (key.Length != KeyBytes)
                return null;
            var (account, first) = (new Guid(key[..16], bigEndian: true), BinaryPrimitives.ReadInt64BigEndian(key[16..]));
            return new EntryChunk(account, first, reader.Binary("entries"u8).ToArray());
        }
        catch (LedgerCorruptException)
        {
            return null;
        }
    }
}
