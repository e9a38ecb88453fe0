using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Identity.ApiKeys;

/// <summary>The API keys of all tenants. Every method but the one that authenticates takes the tenant.</summary>
public sealed class ApiKeyStore(MongoConnection connection)
{
    private const string CollectionName = "api_keys";

    private readonly IndexInitializer indexes = new();

    public Task InsertAsync(ApiKey key, CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
    {
        var keys = Keys(database);
        await indexes.EnsureAsync(keys, [
            new(Builders<ApiKey>.IndexKeys.Ascending("secrets.hash"), new() { Name = "secret_hash" }),
            new(Builders<ApiKey>.IndexKeys.Ascending(key => key.Tenant), new() { Name = "tenant" }),
        ], token);
        await keys.InsertOneAsync(key, cancellationToken: token);
        return true;
    }, cancellationToken);

    public Task<ApiKey?> FindByHashAsync(string hash, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (ApiKey?)await Keys(database).Find(Builders<ApiKey>.Filter.Eq("secrets.hash", hash))
            .FirstOrDefaultAsync(token), cancellationToken);

    public Task<ApiKey?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (ApiKey?)await Keys(database).Find(key => key.Id == id && key.Tenant == tenant)
            .FirstOrDefaultAsync(token), cancellationToken);

    /// <summary>In the order of their creation.</summary>
    public Task<List<ApiKey>> ListAsync(string tenant, string? after, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
        (database, token) =>
        {
            var filter = Builders<ApiKey>.Filter.Eq(key => key.Tenant, tenant);
            if (after is not null)
                filter &= Builders<ApiKey>.Filter.Gt(key => key.Id, after);
            return Keys(database).Find(filter).SortBy(key => key.Id).Limit(limit).ToListAsync(token);
        }, cancellationToken);

    /// <summary>Replaces the secrets; of two rotations at once one gets through.</summary>
    /// <returns>The key after it; null where there is none, or it was changed or revoked in the meantime.</returns>
    public Task<ApiKey?> TryRotateAsync(ApiKey before, ApiKeySecret[] secrets, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
        async (database, token) => (ApiKey?)await Keys(database).FindOneAndUpdateAsync<ApiKey>(
            Builders<ApiKey>.Filter.Where(key => key.Id == before.Id && key.Tenant == before.Tenant && key.RevokedAt == null)
                & Builders<ApiKey>.Filter.Eq(
                    "secrets.hash", before.Current.Hash) & Builders<ApiKey>.Filter.Size(key => key.Secrets, before.Secrets.Length),
            Builders<ApiKey>.Update.Set(key => key.Secrets, secrets), new() { ReturnDocument = ReturnDocument.After },
            token), cancellationToken);

    /// <returns>The key after it, also when it was revoked before; null where there is none.</returns>
    public Task<ApiKey?> RevokeAsync(string tenant, string id, DateTime at, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (ApiKey?)await Keys(database).FindOneAndUpdateAsync<ApiKey>(
            key => key.Id == id && key.Tenant == tenant, Builders<ApiKey>.Update.Min(key => key.RevokedAt, at),
            new() { ReturnDocument = ReturnDocument.After }, token), cancellationToken);

    public Task TouchAsync(IReadOnlyCollection<KeyValuePair<string, DateTime>> uses, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
        (database, token) => Keys(database).BulkWriteAsync(
            uses.Select(
                use =>
                    new UpdateOneModel<ApiKey>(Builders<ApiKey>.Filter.Eq(key => key.Id, use.Key),
                    Builders<ApiKey>.Update.Max(key => key.LastUsedAt, use.Value))),
            new() { IsOrdered = false }, token), cancellationToken);

    private static IMongoCollection<ApiKey> Keys(IMongoDatabase database) => database.GetCollection<ApiKey>(CollectionName);
}
