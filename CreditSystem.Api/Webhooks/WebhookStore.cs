using CreditSystem.Identity;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Api.Webhooks;

/// <summary>The endpoints of all tenants and what is on its way to them.</summary>
internal sealed class WebhookStore(MongoConnection connection)
{
    private readonly IndexInitializer endpointIndexes = new();
    private readonly IndexInitializer deliveryIndexes = new();

    public Task InsertAsync(
        WebhookEndpoint endpoint, CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
    {
        await endpointIndexes.EnsureAsync(
            Endpoints(database), [new(Builders<WebhookEndpoint>.IndexKeys.Ascending(known => known.Tenant))], token);
        await Endpoints(database).InsertOneAsync(endpoint, cancellationToken: token);
        return true;
    }, cancellationToken);

    /// <summary>A tenant's endpoints, or everybody's.</summary>
    public Task<List<WebhookEndpoint>> ListAsync(string? tenant, CancellationToken cancellationToken) => connection.ExecuteAsync(
        (database, token) => Endpoints(database).Find(endpoint => tenant == null || endpoint.Tenant == tenant)
            .SortBy(endpoint => endpoint.Id).ToListAsync(token), cancellationToken);

    public Task<WebhookEndpoint?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (WebhookEndpoint?)await Endpoints(database)
            .Find(endpoint => endpoint.Id == id && endpoint.Tenant == tenant).FirstOrDefaultAsync(token), cancellationToken);

    public Task<WebhookEndpoint?> UpdateAsync(
        string tenant, string id, UpdateDefinition<WebhookEndpoint> change, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (WebhookEndpoint?)await Endpoints(database).FindOneAndUpdateAsync<WebhookEndpoint>(
            endpoint => endpoint.Id == id && endpoint.Tenant == tenant, change, new() { ReturnDocument = ReturnDocument.After }, token),
            cancellationToken);

    /// <summary>Deletes it with all that is on its way to it.</summary>
    public Task<bool> DeleteAsync(
        string tenant, string id, CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
    {
        var deleted = await Endpoints(database).DeleteOneAsync(endpoint => endpoint.Id == id && endpoint.Tenant == tenant, token);
        await Deliveries(database).DeleteManyAsync(delivery => delivery.Endpoint == id && delivery.Tenant == tenant, token);
        return deleted.DeletedCount > 0;
    }, cancellationToken);

    /// <summary>Queues those that are not queued, and have not been.</summary>
    public Task QueueAsync(IReadOnlyList<WebhookDelivery> deliveries, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) =>
    {
        await deliveryIndexes.EnsureAsync(Deliveries(database), DeliveryIndexes, token);
        try
        {
            await Deliveries(database).InsertManyAsync(deliveries, new InsertManyOptions { IsOrdered = false }, token);
        }
        catch (MongoBulkWriteException<WebhookDelivery> failure) when (failure.WriteErrors.All(
            error => error.Category == ServerErrorCategory.DuplicateKey))
        {
            // They were queued before.
        }

        return true;
    }, cancellationToken);

    /// <summary>Endpoints with something due.</summary>
    public Task<List<string>> DueEndpointsAsync(
        DateTime now, CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
    {
        using var found = await Deliveries(database).DistinctAsync(
            delivery => delivery.Endpoint, delivery => delivery.Status == WebhookDelivery.Pending && delivery.NextAt <= now,
            cancellationToken: token);
        return await found.ToListAsync(token);
    }, cancellationToken);

    /// <summary>An endpoint of any tenant.</summary>
    public Task<WebhookEndpoint?> FindAsync(string id, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (WebhookEndpoint?)await Endpoints(database).Find(endpoint => endpoint.Id == id)
            .FirstOrDefaultAsync(token), cancellationToken);

    /// <summary>Says that the events of the log up to a block are queued for the endpoints.</summary>
    public Task AdvanceAsync(IEnumerable<string> endpoints, long block, CancellationToken cancellationToken) => connection.ExecuteAsync(
        (database, token) => Endpoints(database).UpdateManyAsync(
            Builders<WebhookEndpoint>.Filter.In(endpoint => endpoint.Id, endpoints),
            Builders<WebhookEndpoint>.Update.Max(endpoint => endpoint.Cursor, block), options: null, token), cancellationToken);

    /// <summary>True for the one who marks it: of several attempts that fail at once, on any replica, one tells of the pause.</summary>
    public Task<bool> TryMarkPausedAsync(string endpoint, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (await Endpoints(database).UpdateOneAsync(
            item => item.Id == endpoint && !item.IsPaused, Builders<WebhookEndpoint>.Update.Set(item => item.IsPaused, true), options: null,
            token)).ModifiedCount > 0, cancellationToken);

    /// <summary>Changes what is pending for an endpoint.</summary>
    /// <param name="endpoint">Which one.</param>
    /// <param name="change">To what.</param>
    /// <param name="createdBefore">Only what has been tried and is older than this.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task ChangePendingAsync(
        string endpoint, UpdateDefinition<WebhookDelivery> change, DateTime? createdBefore,
        CancellationToken cancellationToken) => connection.ExecuteAsync(
        (database, token) => Deliveries(database).UpdateManyAsync(
            delivery =>
                delivery.Endpoint == endpoint && delivery.Status == WebhookDelivery.Pending
                    && (createdBefore == null || delivery.CreatedAt < createdBefore && delivery.Attempts > 0),
            change, options: null, token), cancellationToken);

    /// <summary>Takes a due delivery to an endpoint, so that no other sender does before <paramref name="until"/>.</summary>
    public Task<WebhookDelivery?> TakeAsync(
        string endpoint, DateTime now, DateTime until, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (WebhookDelivery?)await Deliveries(database).FindOneAndUpdateAsync<WebhookDelivery>(
            delivery => delivery.Status == WebhookDelivery.Pending && delivery.Endpoint == endpoint && delivery.NextAt <= now,
            Builders<WebhookDelivery>.Update.Set(delivery => delivery.NextAt, until).Inc(delivery => delivery.Attempts, 1),
            new() { ReturnDocument = ReturnDocument.After, Sort = Builders<WebhookDelivery>.Sort.Ascending(delivery => delivery.NextAt) },
            token), cancellationToken);

    public Task<WebhookDelivery?> ChangeAsync(
        string tenant, string id, UpdateDefinition<WebhookDelivery> change, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (WebhookDelivery?)await Deliveries(database).FindOneAndUpdateAsync<WebhookDelivery>(
            delivery => delivery.Id == id && delivery.Tenant == tenant, change, new() { ReturnDocument = ReturnDocument.After }, token),
            cancellationToken);

    /// <summary>Newest first, after the place where the page before ended.</summary>
    public Task<List<WebhookDelivery>> ListDeliveriesAsync(
        string endpoint, string? status, (DateTime At, string Id)? after, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            (database, token) =>
            {
                var where = Builders<WebhookDelivery>.Filter;
                var filter = where.Eq(delivery => delivery.Endpoint, endpoint);
                if (status is not null)
                    filter &= where.Eq(delivery => delivery.Status, status);
                if (after is { } last)
                    filter &= where.Lt(delivery => delivery.CreatedAt, last.At)
                        | where.Eq(delivery => delivery.CreatedAt, last.At) & where.Lt(delivery => delivery.Id, last.Id);
                return Deliveries(database).Find(filter).SortByDescending(delivery => delivery.CreatedAt)
                    .ThenByDescending(delivery => delivery.Id).Limit(limit).ToListAsync(token);
            },
            cancellationToken);

    /// <summary>
    /// How far a partition had been read for all endpoints together, in a database from before each had a cursor of its own.
    /// </summary>
    public Task<long?> ReadCursorAsync(int partition, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (
            database, token) => (
                await Cursors(database).Find(cursor => cursor.Id == LogFollowers.SharedKey(partition)).FirstOrDefaultAsync(token))?.Block,
                    cancellationToken);

    private static IMongoCollection<WebhookEndpoint> Endpoints(IMongoDatabase database) =>
        database.GetCollection<WebhookEndpoint>(LogFollowers.Collection);

    private static IMongoCollection<WebhookDelivery> Deliveries(IMongoDatabase database) =>
        database.GetCollection<WebhookDelivery>("webhook_deliveries");

    private static IMongoCollection<WebhookCursor> Cursors(IMongoDatabase database) =>
        database.GetCollection<WebhookCursor>(LogFollowers.SharedCollection);

    private static IEnumerable<CreateIndexModel<WebhookDelivery>> DeliveryIndexes =>
    [
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
            new() { Name = "expiry", ExpireAfter = TimeSpan.Zero }),
    ];
}
