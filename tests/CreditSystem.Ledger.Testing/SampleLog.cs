using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using MongoDB.Bson;

namespace CreditSystem.Ledger.Testing;

/// <summary>
/// The log that commit 919abb7, which knew no versions, wrote for a script with every kind of command in it, accepted and
/// refused: its documents one after the other, byte for byte.
/// </summary>
internal static class SampleLog
{
    public const int Kinds = 11;

    public static List<byte[]> Documents()
    {
        using var stream = typeof(SampleLog).Assembly.GetManifestResourceStream("log-of-rules-1.bson")!;
        using var reader = new BinaryReader(stream);
        var documents = new List<byte[]>();
        while (stream.Position < stream.Length)
        {
            var length = reader.ReadInt32();
            stream.Position -= sizeof(int);
            documents.Add(reader.ReadBytes(length));
        }
        return documents;
    }

    public static List<Block> Blocks() => Documents().ConvertAll(Decode);

    /// <summary>A store that holds the log and is written by the rules that wrote it.</summary>
    public static InMemoryBlockStore Store()
    {
        var store = new InMemoryBlockStore { Rules = CreditSystem.Ledger.Model.RulesVersion.First };
        foreach (var block in Blocks())
            store.Put(block);
        return store;
    }

    private static Block Decode(byte[] document)
    {
        using var raw = new RawBsonDocument(document);
        return BlockDocument.Decode(raw);
    }
}
