using CreditSystem.Secrets.Rotation;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;

namespace CreditSystem.Identity.Tenants;

/// <summary>An application that uses the credit system.</summary>
[BsonIgnoreExtraElements]
public sealed record Tenant
{
    /// <summary>Its name: what credentials carry.</summary>
    [BsonId]
    public required string Id { get; init; }

    /// <summary>The user who opened it.</summary>
    [BsonElement("owner")]
    public required string Owner { get; init; }

    [BsonElement("created_at")]
    public DateTime CreatedAt { get; init; }
}

public sealed class TenantStore(MongoConnection connection)
{
    private const string CollectionName = "tenants";

    public Task<Tenant?> FindAsync(string name, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (Tenant?)await Tenants(database).Find(tenant => tenant.Id == name).FirstOrDefaultAsync(token),
        cancellationToken);

    public Task<bool> AnyAsync(CancellationToken cancellationToken) => connection.ExecuteAsync(
        (database, token) => Tenants(database).Find(FilterDefinition<Tenant>.Empty).AnyAsync(token), cancellationToken);

    /// <returns>False when the name is taken: of two who open it at once one gets it.</returns>
    public Task<bool> TryInsertAsync(Tenant tenant, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
    {
        try
        {
            await Tenants(database).InsertOneAsync(tenant, cancellationToken: token);
            return true;
        }
        catch (MongoWriteException failure) when (failure.WriteError.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }, cancellationToken);

    private static IMongoCollection<Tenant> Tenants(IMongoDatabase database) => database.GetCollection<Tenant>(CollectionName);
}
