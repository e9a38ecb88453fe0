using CreditSystem.Ledger.Lists;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>The collection <c>ledger_indexed_keys</c>: few documents, all of which every replica knows.</summary>
internal sealed class MongoIndexedKeyStore(LedgerDatabase connection) : IIndexedKeyStore
{
    public const string Collection = "ledger_indexed_keys";

    public Task<IReadOnlyList<IndexedKey>> ReadAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<IndexedKey>>(async (database, token) =>
        {
            var found = await Keys(database).Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(token);
            return [.. found.Select(key => new IndexedKey(key["tenant"].AsString, key["key"].AsString))];
        }, cancellationToken);

    public Task AddAsync(IndexedKey key, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var document = new BsonDocument { ["_id"] = Id(key), ["tenant"] = key.Tenant, ["key"] = key.Name };
            await Keys(database).ReplaceOneAsync(ById(key), document, new ReplaceOptions { IsUpsert = true }, token);
            return true;
        }, cancellationToken);

    public Task<bool> RemoveAsync(IndexedKey key, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
            (await Keys(database).DeleteOneAsync(ById(key), token)).DeletedCount > 0, cancellationToken);

    private static string Id(IndexedKey key) => $"{key.Tenant}\n{key.Name}";

    private static FilterDefinition<BsonDocument> ById(IndexedKey key) => Builders<BsonDocument>.Filter.Eq("_id", Id(key));

    // Of tenants and not of logs: the same however the ledger is spread.
    private static IMongoCollection<BsonDocument> Keys(IMongoDatabase database) =>
        LedgerDatabase.Pinned<BsonDocument>(database, Collection, journal: true);
}
