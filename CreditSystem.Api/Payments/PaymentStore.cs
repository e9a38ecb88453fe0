using CreditSystem.Identity;
using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Api.Payments;

/// <summary>The payments of all tenants.</summary>
internal sealed class PaymentStore(MongoConnection connection) : IPaymentRecorder
{
    private readonly IndexInitializer paymentIndexes = new();

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

    /// <summary>Newest first, after one of them.</summary>
    public Task<List<Payment>> ListAsync(PaymentQuery query, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            (database, token) => Payments(database).Find(query.ToFilter()).SortByDescending(payment => payment.CreatedAt)
                .ThenByDescending(payment => payment.Id).Limit(limit).ToListAsync(token), cancellationToken);

    /// <summary>Takes over how a payment stands, unless what is known is of a later record of the ledger.</summary>
    public Task RecordAsync(PaymentState state, Settlement settlement, CancellationToken cancellationToken)
    {
        var change = Builders<Payment>.Update.Set(payment => payment.Status, state.Status)
            .Set(payment => payment.Refused, settlement.Refused is { } code ? LedgerProblems.Describe(code).Code : null)
            .Set(payment => payment.Movements, settlement.Movements.Count)
            .Set(payment => payment.Transfer, settlement.Transfer?.ToString("D"))
            .Set(payment => payment.Withdrawn, state.Withdrawn)
            .Set(payment => payment.Recovered, settlement.Recovered).Set(payment => payment.Debt, settlement.Debt);
        if (state.ReceiptUrl is { } receipt)
            change = change.Set(payment => payment.ReceiptUrl, receipt);
        // A document of an older release has no number.
        return connection.ExecuteAsync((database, token) => Payments(database).UpdateOneAsync(
            payment => payment.Id == state.Id && !(payment.Movements > settlement.Movements.Count), change, options: null, token),
            cancellationToken);
    }

    private static IMongoCollection<Payment> Payments(IMongoDatabase database) => database.GetCollection<Payment>("payments");

    private static IEnumerable<CreateIndexModel<Payment>> Indexes =>
    [
        new(
            Builders<Payment>.IndexKeys.Ascending(payment => payment.Tenant).Ascending(payment => payment.Request),
            new() { Name = "tenant_request", Unique = true }),
        NewestFirst("tenant_created_id", Builders<Payment>.IndexKeys.Ascending(payment => payment.Tenant)),
        // Each filter that leaves few of a tenant's payments has its own, so that no list reads more than it shows.
        NewestFirst(
            "tenant_account_created_id",
            Builders<Payment>.IndexKeys.Ascending(payment => payment.Tenant).Ascending(payment => payment.Account)),
        NewestFirst(
            "tenant_status_created_id",
            Builders<Payment>.IndexKeys.Ascending(payment => payment.Tenant).Ascending(payment => payment.Status)),
        NewestFirst(
            "tenant_principal_created_id",
            Builders<Payment>.IndexKeys.Ascending(payment => payment.Tenant).Ascending(payment => payment.Principal)),
    ];

    private static CreateIndexModel<Payment> NewestFirst(string name, IndexKeysDefinition<Payment> of) => new(
        of.Descending(payment => payment.CreatedAt).Descending(payment => payment.Id), new() { Name = name });
}
