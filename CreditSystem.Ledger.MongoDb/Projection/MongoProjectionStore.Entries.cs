using CreditSystem.Ledger.History;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Projection;

internal sealed partial class MongoProjectionStore
{
    public const string EntriesCollection = "account_entries";

    public Task AddAsync(IReadOnlyList<EntryChunk> chunks, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            await InsertAsync(Entries(database), chunks.Select(chunk => new RawBsonDocument(EntryDocument.Encode(chunk))).ToList(), token);
            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<EntryChunk>> EntriesAsync(Guid account, long first, long last, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<EntryChunk>>(async (database, token) =>
        {
            var filter = Builders<RawBsonDocument>.Filter;
            var found = await Entries(database)
                .Find(filter.Gte("_id", EntryDocument.Key(account, first)) & filter.Lte("_id", EntryDocument.Key(account, last)))
                .Sort(Builders<RawBsonDocument>.Sort.Ascending("_id")).ToListAsync(token);
            return [.. found.DecodeAll(EntryDocument.TryDecode).OfType<EntryChunk>()];
        }, cancellationToken);

    private static async Task InsertAsync(
        IMongoCollection<RawBsonDocument> collection, List<RawBsonDocument> documents, CancellationToken cancellationToken)
    {
        try
        {
            await collection.InsertManyAsync(documents, new InsertManyOptions { IsOrdered = false }, cancellationToken);
        }
        catch (MongoBulkWriteException<RawBsonDocument> exception) when (
            exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey))
        {
            // Another replica has written these.
        }
        finally
        {
            foreach (var document in documents)
                document.Dispose();
        }
    }

    private IMongoCollection<RawBsonDocument> Entries(IMongoDatabase database) =>
        connection.Collection<RawBsonDocument>(database, EntriesCollection);
}
