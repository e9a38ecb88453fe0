using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Identity.SecurityAudit;

/// <summary>The audit events of all tenants. There is nothing here that changes or removes one.</summary>
public sealed class SecurityAuditStore(MongoConnection connection)
{
    private readonly MongoSet<SecurityAuditChunk> chunks = new(connection, "audit_events", new CreateIndexModel<SecurityAuditChunk>(
        Builders<SecurityAuditChunk>.IndexKeys.Ascending(chunk => chunk.Tenant).Ascending(chunk => chunk.Id),
        new() { Name = "tenant_id" }));

    public Task InsertAsync(IReadOnlyCollection<SecurityAuditChunk> some, CancellationToken cancellationToken) =>
        chunks.WriteAsync(async (all, token) =>
        {
            await all.InsertManyAsync(some, new() { IsOrdered = false }, token);
            return true;
        }, cancellationToken);

    /// <summary>Chunks that may have what is asked for, beginning behind a chunk.</summary>
    public Task<List<SecurityAuditChunk>> FindAsync(
        SecurityAuditQuery query, string? beginning, bool isInclusive, int limit, CancellationToken cancellationToken)
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
        return chunks.ListAsync(
            all => (query.IsNewestFirst ? all.Find(filter).SortByDescending(chunk => chunk.Id) : all.Find(filter).SortBy(chunk => chunk.Id))
                .Limit(limit),
            cancellationToken);
    }

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
