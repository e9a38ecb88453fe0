using CreditSystem.Ledger.Lists;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Projection;

// The collection ledger_lists: chunks by their list and, in it, by their blocks, found by the one index that every collection has.
internal sealed partial class MongoProjectionStore
{
    public const string ListsCollection = "ledger_lists";

    public Task AddAsync(IReadOnlyList<ListChunk> chunks, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            await InsertAsync(Lists(database), chunks.Select(chunk => new RawBsonDocument(ListDocument.Encode(chunk))).ToList(), token);
            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<ListChunk>> ListAsync(Guid term, long before, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<ListChunk>>(async (database, token) =>
        {
            var found = await Lists(database).Find(ListFilter(term, before)).Sort(Builders<RawBsonDocument>.Sort.Descending("_id"))
                .Limit(limit).ToListAsync(token);
            return [.. found.DecodeAll(ListDocument.Decode)];
        }, cancellationToken);

    /// <summary>What a page of a list asks for.</summary>
    internal static FilterDefinition<RawBsonDocument> ListFilter(Guid term, long before)
    {
        var filter = Builders<RawBsonDocument>.Filter;
        return filter.Gte("_id", ListDocument.Key(term, 0, 0)) & filter.Lt("_id", ListDocument.Key(term, before, 0));
    }

    private IMongoCollection<RawBsonDocument> Lists(IMongoDatabase database) =>
        connection.Collection<RawBsonDocument>(database, ListsCollection);
}
