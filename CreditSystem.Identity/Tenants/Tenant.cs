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
    private readonly MongoSet<Tenant> tenants = new(connection, "tenants");

    public Task<Tenant?> FindAsync(string name, CancellationToken cancellationToken) =>
        tenants.FindAsync(tenant => tenant.Id == name, cancellationToken);

    public Task<bool> AnyAsync(CancellationToken cancellationToken) => tenants.UseAsync(
        (all, token) => all.Find(FilterDefinition<Tenant>.Empty).AnyAsync(token), cancellationToken);

    /// <returns>False when the name is taken: of two who open it at once one gets it.</returns>
    public Task<bool> TryInsertAsync(Tenant tenant, CancellationToken cancellationToken) =>
        tenants.TryInsertAsync(tenant, cancellationToken);
}
