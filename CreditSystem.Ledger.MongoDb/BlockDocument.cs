using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>A block as a document of the collection <c>blocks</c>.</summary>
internal static class BlockDocument
{
    // Partition and number in one Int64: unique and ordered by the one index that every collection has.
    private const int NumberBits = 40;

    public static long Key(int partition, long number) => ((long)partition << NumberBits) | number;

    public static byte[] Encode(Block block)
    {
        var writer = new Log.BsonWriter();
        writer.Int64("_id", Key(block.Partition, block.Number));
        writer.Int32("p", block.Partition);
        writer.Int64("n", block.Number);
        writer.DateTime("at", block.At);
        if (block.Rules != RulesVersion.First)
            writer.Int32("rules", block.Rules);
        writer.Binary("prev", block.Previous);
        writer.Binary("hash", block.Hash);
        writer.RawArray("txs", block.Content.Span);
        return writer.ToArray();
    }

    /// <exception cref="LedgerCorruptException">The document is not a block; the exception names the number that its key has.</exception>
    public static Block Decode(RawBsonDocument document)
    {
        long? number = null;
        try
        {
            var key = document["_id"].AsInt64;
            number = key & ((1L << NumberBits) - 1);
            var rules = document.TryGetValue("rules", out var version) ? version.AsInt32 : RulesVersion.First;
            using var records = (RawBsonArray)document["txs"];
            var block = new Block(
                document["p"].AsInt32, document["n"].AsInt64, document["at"].AsBsonDateTime.MillisecondsSinceEpoch, rules,
                document["prev"].AsBsonBinaryData.Bytes, document["hash"].AsBsonBinaryData.Bytes, Bytes(records.Slice));
            // Nothing but what the encoder writes: no byte of the document may be without a meaning, or it could be changed.
            return Key(block.Partition, block.Number) == key && rules >= RulesVersion.First && Encode(block).AsSpan().SequenceEqual(Bytes(document.Slice))
                ? block
                : throw new LedgerCorruptException($"the document of block {number} is not as it was written", number);
        }
        catch (Exception exception) when (exception is not LedgerCorruptException)
        {
            throw new LedgerCorruptException($"the document of block {number} cannot be read", number, exception);
        }
    }

    private static byte[] Bytes(IByteBuffer slice)
    {
        var bytes = new byte[slice.Length];
        slice.GetBytes(0, bytes, 0, bytes.Length);
        return bytes;
    }
}
