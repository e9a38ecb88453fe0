using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Api.Payments;

/// <summary>The payments of all tenants.</summary>
internal sealed class PaymentStore(MongoConnection connection) : IPaymentRecorder
{
    private readonly MongoSet<Payment> payments = new(
        connection, "payments",
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
            Builders<Payment>.IndexKeys.Ascending(payment => payment.Tenant).Ascending(payment => payment.Principal)));

    /// <summary>Keeps the payment; the same one twice is kept once.</summary>
    public async Task<Payment> KeepAsync(Payment payment, CancellationToken cancellationToken) =>
        await payments.TryInsertAsync(payment, cancellationToken)
            ? payment
            : await payments.FindAsync(other => other.Id == payment.Id, cancellationToken) ?? payment;

    public Task<Payment?> FindAsync(string tenant, string id, CancellationToken cancellationToken) =>
        payments.FindAsync(payment => payment.Id == id && payment.Tenant == tenant, cancellationToken);

    public Task<Payment?> FindByRequestAsync(string tenant, string request, CancellationToken cancellationToken) =>
        payments.FindAsync(payment => payment.Tenant == tenant && payment.Request == request, cancellationToken);

    /// <summary>Newest first, after one of them.</summary>
    public Task<List<Payment>> ListAsync(PaymentQuery query, int limit, CancellationToken cancellationToken) => payments.ListAsync(
        all => all.Find(query.ToFilter()).SortByDescending(payment => payment.CreatedAt).ThenByDescending(payment => payment.Id)
            .Limit(limit),
        cancellationToken);

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
        return payments.ChangeAsync(
            payment => payment.Id == state.Id && !(payment.Movements > settlement.Movements.Count), change, cancellationToken);
    }

    /// <summary>All tenants that have begun payments.</summary>
    public Task<List<string>> TenantsAsync(CancellationToken cancellationToken) => payments.UseAsync(
        async (all, token) => await (await all.DistinctAsync(
            payment => payment.Tenant, FilterDefinition<Payment>.Empty, cancellationToken: token)).ToListAsync(token), cancellationToken);

    private static CreateIndexModel<Payment> NewestFirst(string name, IndexKeysDefinition<Payment> of) => new(
        of.Descending(payment => payment.CreatedAt).Descending(payment => payment.Id), new() { Name = name });
}
