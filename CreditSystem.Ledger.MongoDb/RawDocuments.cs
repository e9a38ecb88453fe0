using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb;

internal static class RawDocuments
{
    /// <summary>A copy of the bytes, which are the driver's and gone when the document is disposed of.</summary>
    public static byte[] ToBytes(this RawBsonDocument document)
    {
        var bytes = new byte[document.Slice.Length];
        document.Slice.GetBytes(0, bytes, 0, bytes.Length);
        return bytes;
    }

    /// <summary>Decodes all of them and gives their memory back.</summary>
    public static T[] DecodeAll<T>(this List<RawBsonDocument> documents, Func<RawBsonDocument, T> decode)
    {
        try
        {
            return [.. documents.Select(decode)];
        }
        finally
        {
            foreach (var document in documents)
                document.Dispose();
        }
    }
}
