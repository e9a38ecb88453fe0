using CreditSystem.Ledger.MongoDb;
using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Api.Webhooks;

/// <summary>The endpoints of all tenants and what is on its way to them.</summary>
internal sealed class WebhookStore(MongoConnection connection)
{
    private readonly MongoSet<WebhookEndpoint> endpoints = new(
        connection, LogFollowers.Collection,
        new CreateIndexModel<WebhookEndpoint>(Builders<WebhookEndpoint>.IndexKeys.Ascending(known => known.Tenant)));

    private readonly MongoSet<WebhookDelivery> deliveries = new(
        connection, "webhook_deliveries",
        new(
            Builders<WebhookDelivery>.IndexKeys.Ascending(delivery => delivery.Status).Ascending(delivery => delivery.NextAt),
            new() { Name = "due" }),
        new(
            Builders<WebhookDelivery>.IndexKeys.Ascending(delivery => delivery.Endpoint).Ascending(delivery => delivery.Status)
                .Ascending(delivery => delivery.NextAt), new() { Name = "endpoint_due" }),
        new(
            Builders<WebhookDelivery>.IndexKeys.Ascending(delivery => delivery.Endpoint).Descending(delivery => delivery.CreatedAt),
            new() { Name = "endpoint" }),
        new(
            Builders<WebhookDelivery>.IndexKeys.Ascending(delivery => delivery.ExpiresAt),
            new() { Name = "expiry", ExpireAfter = TimeSpan.Zero }));

    private readonly MongoSet<WebhookCursor> cursors = new(connection, LogFollowers.SharedCollection);

    public Task InsertAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken) =>
        endpoints.InsertAsync(endpoint, cancellationToken);

    /// <summary>A tenant's endpoints, or everybody's.</summary>
    public Task<List<WebhookEndpoint>> ListAsync(string? tenant, CancellationToken cancellationToken) => endpoints.ListAsync(
        all => all.Find(endpoint => tenant == null || endpoint.Tenant == tenant).SortBy(endpoint => endpoint.Id), cancellationToken);

    public Task<WebhookEndpoint?> FindAsync(string tenant, string id, CancellationToken cancellationToken) =>
        endpoints.FindAsync(endpoint => endpoint.Id == id && endpoint.Tenant == tenant, cancellationToken);

    /// <summary>An endpoint of any tenant.</summary>
    public Task<WebhookEndpoint?> FindAsync(string id, CancellationToken cancellationToken) =>
        endpoints.FindAsync(endpoint => endpoint.Id == id, cancellationToken);

    public Task<WebhookEndpoint?> UpdateAsync(
        string tenant, string id, UpdateDefinition<WebhookEndpoint> change, CancellationToken cancellationToken) =>
        endpoints.ChangeAsync(endpoint => endpoint.Id == id && endpoint.Tenant == tenant, change, cancellationToken);

    /// <summary>Changes it unless it is disabled, or the tenant has paused it. Null where it is, or is gone.</summary>
    public Task<WebhookEndpoint?> UpdateServedAsync(
        string id, UpdateDefinition<WebhookEndpoint> change, CancellationToken cancellationToken) =>
        endpoints.ChangeAsync(endpoint => endpoint.Id == id && !endpoint.Disabled && !endpoint.IsHeld, change, cancellationToken);

    /// <summary>Deletes it with all that is on its way to it.</summary>
    public async Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var deleted = await endpoints.UseAsync(
            (all, token) => all.DeleteOneAsync(endpoint => endpoint.Id == id && endpoint.Tenant == tenant, token), cancellationToken);
        await deliveries.UseAsync(
            (all, token) => all.DeleteManyAsync(delivery => delivery.Endpoint == id && delivery.Tenant == tenant, token),
            cancellationToken);
        return deleted.DeletedCount > 0;
    }

    /// <summary>Queues those that are not queued, and have not been.</summary>
    public Task QueueAsync(IReadOnlyList<WebhookDelivery> some, CancellationToken cancellationToken) => deliveries.WriteAsync(
        async (all, token) =>
        {
            try
            {
                await all.InsertManyAsync(some, new InsertManyOptions { IsOrdered = false }, token);
            }
            catch (MongoBulkWriteException<WebhookDelivery> failure) when (failure.WriteErrors.All(
                error => error.Category == ServerErrorCategory.DuplicateKey))
            {
                // They were queued before.
            }

            return true;
        }, cancellationToken);

    /// <summary>Endpoints with something due.</summary>
    public Task<List<string>> DueEndpointsAsync(DateTime now, CancellationToken cancellationToken) => deliveries.UseAsync(
        async (all, token) =>
        {
            using var found = await all.DistinctAsync(
                delivery => delivery.Endpoint, delivery => delivery.Status == WebhookDelivery.Pending && delivery.NextAt <= now,
                cancellationToken: token);
            return await found.ToListAsync(token);
        }, cancellationToken);

    /// <summary>Says that the events of the log up to a block are queued for the endpoints.</summary>
    public Task AdvanceAsync(IEnumerable<string> ids, long block, CancellationToken cancellationToken) => endpoints.UseAsync(
        (all, token) => all.UpdateManyAsync(
            Builders<WebhookEndpoint>.Filter.In(endpoint => endpoint.Id, ids),
            Builders<WebhookEndpoint>.Update.Max(endpoint => endpoint.Cursor, block), options: null, token), cancellationToken);

    /// <summary>True for the one who marks it: of several attempts that fail at once, on any replica, one tells of the pause.</summary>
    public async Task<bool> TryMarkPausedAsync(string endpoint, CancellationToken cancellationToken) => await endpoints.ChangeAsync(
        item => item.Id == endpoint && !item.IsPaused, Builders<WebhookEndpoint>.Update.Set(item => item.IsPaused, true),
        cancellationToken) is not null;

    /// <summary>Changes what is pending for an endpoint.</summary>
    /// <param name="endpoint">Which one.</param>
    /// <param name="change">To what.</param>
    /// <param name="createdBefore">Only what has been tried and is older than this.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task ChangePendingAsync(
        string endpoint, UpdateDefinition<WebhookDelivery> change, DateTime? createdBefore, CancellationToken cancellationToken) =>
        deliveries.UseAsync(
            (all, token) => all.UpdateManyAsync(
                delivery =>
                    delivery.Endpoint == endpoint && delivery.Status == WebhookDelivery.Pending
                        && (createdBefore == null || delivery.CreatedAt < createdBefore && delivery.Attempts > 0),
                change, options: null, token), cancellationToken);

    /// <summary>Takes a due delivery to an endpoint, so that no other sender does before <paramref name="until"/>.</summary>
    public Task<WebhookDelivery?> TakeAsync(string endpoint, DateTime now, DateTime until, CancellationToken cancellationToken) =>
        deliveries.ChangeAsync(
            delivery => delivery.Status == WebhookDelivery.Pending && delivery.Endpoint == endpoint && delivery.NextAt <= now,
            Builders<WebhookDelivery>.Update.Set(delivery => delivery.NextAt, until).Inc(delivery => delivery.Attempts, 1),
            cancellationToken, first: Builders<WebhookDelivery>.Sort.Ascending(delivery => delivery.NextAt));

    public Task<WebhookDelivery?> ChangeAsync(
        string tenant, string id, UpdateDefinition<WebhookDelivery> change, CancellationToken cancellationToken) =>
        deliveries.ChangeAsync(delivery => delivery.Id == id && delivery.Tenant == tenant, change, cancellationToken);

    /// <summary>Newest first, after the place where the page before ended.</summary>
    public Task<List<WebhookDelivery>> ListDeliveriesAsync(
        string endpoint, string? status, (DateTime At, string Id)? after, int limit, CancellationToken cancellationToken)
    {
        var where = Builders<WebhookDelivery>.Filter;
        var filter = where.Eq(delivery => delivery.Endpoint, endpoint);
        if (status is not null)
            filter &= where.Eq(delivery => delivery.Status, status);
        if (after is { } last)
            filter &= where.Lt(delivery => delivery.CreatedAt, last.At)
                | where.Eq(delivery => delivery.CreatedAt, last.At) & where.Lt(delivery => delivery.Id, last.Id);
        return deliveries.ListAsync(
            all => all.Find(filter).SortByDescending(delivery => delivery.CreatedAt).ThenByDescending(delivery => delivery.Id).Limit(limit),
            cancellationToken);
    }

    /// <summary>
    /// How far a partition had been read for all endpoints together, in a database from before each had a cursor of its own.
    /// </summary>
    public async Task<long?> ReadCursorAsync(int partition, CancellationToken cancellationToken) =>
        (await cursors.FindAsync(cursor => cursor.Id == LogFollowers.SharedKey(partition), cancellationToken))?.Block;
}
