using CreditSystem.Identity;
using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Api.Payments;

/// <summary>The payments of all tenants, and which events have been dealt with.</summary>
internal sealed class PaymentStore(MongoConnection connection, TimeProvider time)
{
    // The provider repeats an event for three days; after its signature's age has run out nobody else can.
    private static readonly TimeSpan EventLifetime = TimeSpan.FromDays(40);

    private readonly OnceIndexes paymentIndexes = new();
    private readonly OnceIndexes eventIndexes = new();

    /// <summary>Keeps the payment; the same one twice is kept once.</summary>
    public Task<Payment> KeepAsync(
        Payment payment, CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
    {
        await paymentIndexes.EnsureAsync(Payments(database), Indexes, token);
        try
        {
            await Payments(database).InsertOneAsync(payment, cancellationToken: token);
            return payment;
        }
        catch (MongoWriteException failure) when (failure.WriteError.Category == ServerErrorCategory.DuplicateKey)
        {
            return await Payments(database).Find(other => other.Id == payment.Id).FirstOrDefaultAsync(token) ?? payment;
        }
    }, cancellationToken);

    public Task<Payment?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (Payment?)await Payments(database).Find(payment => payment.Id == id && payment.Tenant == tenant)
            .FirstOrDefaultAsync(token), cancellationToken);

    public Task<Payment?> FindByRequestAsync(string tenant, string request, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (Payment?)await Payments(database)
            .Find(payment => payment.Tenant == tenant && payment.Request == request).FirstOrDefaultAsync(token), cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<List<Payment>> ListAsync(
        string tenant, string? principal, int limit, CancellationToken cancellationToken) => connection.ExecuteAsync((database, token) =>
    {
        var filter = Builders<Payment>.Filter.Eq(payment => payment.Tenant, tenant);
        if (principal is not null)
            filter &= Builders<Payment>.Filter.Eq(payment => payment.Principal, principal);
        return Payments(database).Find(filter).SortByDescending(payment => payment.CreatedAt).Limit(limit).ToListAsync(token);
    }, cancellationToken);

    public Task<Payment?> RecordAsync(
        string id, string status, Settlement settlement, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (Payment?)await Payments(database).FindOneAndUpdateAsync<Payment>(
            payment => payment.Id == id,
            Builders<Payment>.Update.Set(payment => payment.Status, status)
                .Set(payment => payment.Transfer, settlement.Transfer?.ToString("D"))
                .Set(payment => payment.Recovered, settlement.Recovered).Set(payment => payment.Unrecovered, settlement.Unrecovered),
            new() { ReturnDocument = ReturnDocument.After }, token), cancellationToken);

    public Task<bool> HasSeenAsync(string eventId, CancellationToken cancellationToken) => connection.ExecuteAsync(
        (database, token) => Events(database).Find(seen => seen.Id == eventId).AnyAsync(token), cancellationToken);

    /// <summary>After the event has been dealt with, never before: one that was cut off must be dealt with again.</summary>
    public Task MarkSeenAsync(string eventId, CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
    {
        await eventIndexes.EnsureAsync(
            Events(database), [new(Builders<SeenEvent>.IndexKeys.Ascending(seen => seen.At), new() { ExpireAfter = EventLifetime })],
            token);
        await Events(database).ReplaceOneAsync(
            seen => seen.Id == eventId, new SeenEvent { Id = eventId, At = time.GetUtcNow().UtcDateTime },
            new ReplaceOptions { IsUpsert = true }, token);
        return true;
    }, cancellationToken);

    private static IMongoCollection<Payment> Payments(IMongoDatabase database) => database.GetCollection<Payment>("payments");

    private static IMongoCollection<SeenEvent> Events(IMongoDatabase database) => database.GetCollection<SeenEvent>("payment_notices");

    private static IEnumerable<CreateIndexModel<Payment>> Indexes =>
    [
        new(
            Builders<Payment>.IndexKeys.Ascending(payment => payment.Tenant).Ascending(payment => payment.Request),
            new() { Name = "tenant_request", Unique = true }),
        new(
            Builders<Payment>.IndexKeys.Ascending(payment => payment.Tenant).Descending(payment => payment.CreatedAt),
            new() { Name = "tenant_created" }),
    ];
}
