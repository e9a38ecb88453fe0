using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Identity.ApiKeys;

/// <summary>The API keys of all tenants. Every method but the one that authenticates takes the tenant.</summary>
public sealed class ApiKeyStore(MongoConnection connection)
{
    private readonly MongoSet<ApiKey> keys = new(
        connection, "api_keys",
        new(Builders<ApiKey>.IndexKeys.Ascending("secrets.hash"), new() { Name = "secret_hash" }),
        new(Builders<ApiKey>.IndexKeys.Ascending(key => key.Tenant), new() { Name = "tenant" }));

    public Task InsertAsync(ApiKey key, CancellationToken cancellationToken) => keys.InsertAsync(key, cancellationToken);

    public Task<ApiKey?> FindByHashAsync(string hash, CancellationToken cancellationToken) => keys.UseAsync(
        async (all, token) => (ApiKey?)await all.Find(Builders<ApiKey>.Filter.Eq("secrets.hash", hash)).FirstOrDefaultAsync(token),
        cancellationToken);

    public Task<ApiKey?> FindAsync(string tenant, string id, CancellationToken cancellationToken) =>
        keys.FindAsync(key => key.Id == id && key.Tenant == tenant, cancellationToken);

    /// <summary>In the order of their creation.</summary>
    public Task<List<ApiKey>> ListAsync(string tenant, string? after, int limit, CancellationToken cancellationToken)
    {
        var filter = Builders<ApiKey>.Filter.Eq(key => key.Tenant, tenant);
        if (after is not null)
            filter &= Builders<ApiKey>.Filter.Gt(key => key.Id, after);
        return keys.ListAsync(all => all.Find(filter).SortBy(key => key.Id).Limit(limit), cancellationToken);
    }

    /// <summary>Replaces the secrets; of two rotations at once one gets through.</summary>
    /// <returns>The key after it; null where there is none, or it was changed or revoked in the meantime.</returns>
    public Task<ApiKey?> TryRotateAsync(ApiKey before, ApiKeySecret[] secrets, CancellationToken cancellationToken) => keys.ChangeAsync(
        Builders<ApiKey>.Filter.Where(key => key.Id == before.Id && key.Tenant == before.Tenant && key.RevokedAt == null)
            & Builders<ApiKey>.Filter.Eq("secrets.hash", before.Current.Hash)
            & Builders<ApiKey>.Filter.Size(key => key.Secrets, before.Secrets.Length),
        Builders<ApiKey>.Update.Set(key => key.Secrets, secrets), cancellationToken);

    /// <returns>The key after it, also when it was revoked before; null where there is none.</returns>
    public Task<ApiKey?> RevokeAsync(string tenant, string id, DateTime at, CancellationToken cancellationToken) => keys.ChangeAsync(
        key => key.Id == id && key.Tenant == tenant, Builders<ApiKey>.Update.Min(key => key.RevokedAt, at), cancellationToken);

    public Task TouchAsync(IReadOnlyCollection<KeyValuePair<string, DateTime>> uses, CancellationToken cancellationToken) => keys.UseAsync(
        (all, token) => all.BulkWriteAsync(
            uses.Select(use => new UpdateOneModel<ApiKey>(
                Builders<ApiKey>.Filter.Eq(key => key.Id, use.Key), Builders<ApiKey>.Update.Max(key => key.LastUsedAt, use.Value))),
            new() { IsOrdered = false }, token), cancellationToken);
}
