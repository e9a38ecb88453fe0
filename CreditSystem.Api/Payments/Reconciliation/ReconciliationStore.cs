using CreditSystem.Secrets.Rotation;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;

namespace CreditSystem.Api.Payments.Reconciliation;

/// <summary>What a daily run has found.</summary>
[BsonIgnoreExtraElements]
internal sealed record ReconciliationRun
{
    /// <summary>The day, UTC.</summary>
    [BsonId]
    public required string Day { get; init; }

    [BsonElement("at")]
    public required DateTime At { get; init; }

    [BsonElement("payments")]
    public required int Payments { get; init; }

    /// <summary>How many differences there are of each kind.</summary>
    [BsonElement("differences")]
    public required Dictionary<string, int> Differences { get; init; }
}

/// <summary>The daily runs, and whose payments there are.</summary>
internal sealed class ReconciliationStore(MongoConnection connection)
{
    public Task<ReconciliationRun?> FindLastAsync(CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (ReconciliationRun?)await Runs(database).Find(FilterDefinition<ReconciliationRun>.Empty)
            .SortByDescending(run => run.Day).FirstOrDefaultAsync(token), cancellationToken);

    /// <summary>Two replicas that both believe to be the one write the same.</summary>
    public Task KeepAsync(ReconciliationRun run, CancellationToken cancellationToken) => connection.ExecuteAsync(
        (database, token) => Runs(database).ReplaceOneAsync(
            known => known.Day == run.Day, run, new ReplaceOptions { IsUpsert = true }, token), cancellationToken);

    /// <summary>All tenants that have begun payments.</summary>
    public Task<List<string>> TenantsAsync(CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
        await (await database.GetCollection<Payment>("payments").DistinctAsync(
            payment => payment.Tenant, FilterDefinition<Payment>.Empty, cancellationToken: token)).ToListAsync(token), cancellationToken);

    private static IMongoCollection<ReconciliationRun> Runs(IMongoDatabase database) =>
        database.GetCollection<ReconciliationRun>("payment_reconciliations");
}
