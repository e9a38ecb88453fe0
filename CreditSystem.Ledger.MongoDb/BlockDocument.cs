using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>A block as a document of the collection <c>blocks</c>.</summary>
internal static class BlockDocument
{
    /// <summary>The most bytes of records that a block has, packed or not: what a document of MongoDB may have.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    // Partition and number in one Int64: unique and ordered by the one index that every collection has.
    private const int NumberBits = 40;

    public static long Key(int partition, long number) => ((long)partition << NumberBits) | number;

    public static byte[] Encode(Block block)
    {
        var writer = new BsonWriter((block.Rules >= RulesVersion.Fourth ? block.Content.Length / 3 : block.Content.Length) + 256);
        writer.Int64("_id"u8, Key(block.Partition, block.Number));
        writer.Int32("p"u8, block.Partition);
        writer.Int64("n"u8, block.Number);
        writer.DateTime("at"u8, block.At);
        if (block.Rules != RulesVersion.First)
            writer.Int32("rules"u8, block.Rules);
        writer.Binary("prev"u8, block.Previous);
        writer.Binary("hash"u8, block.Hash);
        // The engine takes an array of documents apart, which of a thousand takes it longer than the write; of a binary it knows
        // the length.
        if (block.Rules >= RulesVersion.Fourth)
            PackedContent.Write(writer, block.Content.Span);
        else if (block.Rules == RulesVersion.Third)
            writer.Binary("txs"u8, block.Content.Span);
        else
            writer.RawArray("txs"u8, block.Content.Span);
        return writer.ToArray();
    }

    /// <exception cref="LedgerCorruptException">The document is not a block; the exception names the number that its key has.</exception>
    public static Block Decode(RawBsonDocument document)
    {
        long? number = null;
        try
        {
            return Decode(document.ToBytes(), ref number);
        }
        catch (LedgerCorruptException exception)
        {
            throw new LedgerCorruptException(
                $"the document of block {number} is not as it was written: {exception.Message}", number, exception);
        }
    }

    // Nothing but what the encoder writes, in its order: no byte of the document may be without a meaning, or it could be changed.
    private static Block Decode(byte[] document, ref long? number)
    {
        var reader = new BsonReader(document);
        var key = reader.Int64("_id"u8);
        number = key & ((1L << NumberBits) - 1);
        var block = new Block(
            reader.Int32("p"u8), reader.Int64("n"u8), reader.DateTime("at"u8), reader.OptionalInt32("rules"u8) ?? RulesVersion.First,
            reader.Binary("prev"u8).ToArray(), reader.Binary("hash"u8).ToArray(), default);
        block = block with { Content = ReadContent(ref reader, block.Rules, document) };
        reader.End();
        if (Key(block.Partition, block.Number) != key || block.Rules < RulesVersion.First)
            throw new LedgerCorruptException("its key or its version of the rules is not one that is written");
        return block;
    }

    private static ReadOnlyMemory<byte> ReadContent(ref BsonReader reader, int rules, byte[] document)
    {
        if (rules >= RulesVersion.Fourth)
            return PackedContent.Read(ref reader, MaxBytes);
        var content = rules == RulesVersion.Third ? reader.Binary("txs"u8) : reader.RawArray("txs"u8);
        // It is the last member, followed by the zero that ends the document.
        return document.AsMemory(document.Length - content.Length - 1, content.Length);
    }
}
