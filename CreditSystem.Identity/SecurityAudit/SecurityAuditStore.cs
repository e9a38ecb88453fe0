using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Identity.SecurityAudit;

/// <summary>The audit events of all tenants. There is nothing here that changes or removes one.</summary>
public sealed class SecurityAuditStore(MongoConnection connection)
{
    private const string CollectionName = "audit_events";

    private readonly IndexInitializer indexes = new();

    public Task InsertAsync(IReadOnlyCollection<SecurityAuditChunk> chunks, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
    {
        var collection = Chunks(database);
        await indexes.EnsureAsync(
            collection,
            [new(Builders<SecurityAuditChunk>.IndexKeys.Ascending(chunk => chunk.Tenant).Ascending(chunk => chunk.Id),
            new() { Name = "tenant_id" })], token);
        await collection.InsertManyAsync(chunks, new() { IsOrdered = false }, token);
        return true;
    }, cancellationToken);

    /// <summary>Chunks that may have what is asked for, beginning behind a chunk.</summary>
    public Task<List<SecurityAuditChunk>> FindAsync(
        SecurityAuditQuery query, string? beginning, bool isInclusive, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
        (database, token) =>
        {
            var filter = FilterOf(query);
            var ids = Builders<SecurityAuditChunk>.Filter;
            if (beginning is not null)
                filter &= (query.IsNewestFirst, isInclusive) switch
                {
                    (true, true) => ids.Lte(chunk => chunk.Id, beginning),
                    (true, false) => ids.Lt(chunk => chunk.Id, beginning),
                    (false, true) => ids.Gte(chunk => chunk.Id, beginning),
                    (false, false) => ids.Gt(chunk => chunk.Id, beginning),
                };
            var found = Chunks(database).Find(filter);
            return (
                query.IsNewestFirst
                    ? found.SortByDescending(chunk => chunk.Id)
                    : found.SortBy(chunk => chunk.Id)).Limit(limit).ToListAsync(token);
        }, cancellationToken);

    private static FilterDefinition<SecurityAuditChunk> FilterOf(SecurityAuditQuery query)
    {
        var filters = Builders<SecurityAuditChunk>.Filter;
        var filter = filters.Eq(chunk => chunk.Tenant, query.Tenant);
        if (query.Action is { } action)
            filter &= filters.AnyEq(chunk => chunk.Actions, action);
        if (query.Principal is { } principal)
            filter &= filters.AnyEq(chunk => chunk.Principals, principal);
        // An event is written after it happened, so a chunk that has it has no lesser id.
        if (query.From is { } from)
            filter &= filters.Gte(chunk => chunk.Id, SecurityAuditChunk.LeastIdAt(from)) & filters.Gte(chunk => chunk.To, from.UtcDateTime);
        if (query.To is { } to)
            filter &= filters.Lt(chunk => chunk.From, to.UtcDateTime);
        return filter;
    }

    private static IMongoCollection<SecurityAuditChunk> Chunks(IMongoDatabase database) =>
        database.GetCollection<SecurityAuditChunk>(CollectionName);
}

/// <summary>Which events.</summary>
/// <param name="From">Not before this.</param>
/// <param name="To">Before this.</param>
/// <param name="IsRefused">True: only those that were refused (4xx); false: only those that succeeded; null: all.</param>
public sealed record SecurityAuditQuery(
    string Tenant, bool IsNewestFirst, string? Action = null, string? Principal = null, DateTimeOffset? From = null,
    DateTimeOffset? To = null, bool? IsRefused = null)
{
    public bool Matches(SecurityAuditEvent e) =>
        (Action is null || e.Action == Action)
        && (Principal is null || e.Principal == Principal)
        && (From is not { } from || e.At >= from.UtcDateTime)
        && (To is not { } to || e.At < to.UtcDateTime)
        && (IsRefused is not { } refused || refused == (e.Status >= 400));
}
