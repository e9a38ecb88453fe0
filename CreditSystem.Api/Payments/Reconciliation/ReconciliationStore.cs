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

/// <summary>The daily runs.</summary>
internal sealed class ReconciliationStore(MongoConnection connection)
{
    private readonly MongoSet<ReconciliationRun> runs = new(connection, "payment_reconciliations");

    public async Task<ReconciliationRun?> FindLastAsync(CancellationToken cancellationToken) => (await runs.ListAsync(
        all => all.Find(FilterDefinition<ReconciliationRun>.Empty).SortByDescending(run => run.Day).Limit(1), cancellationToken))
        .FirstOrDefault();

    /// <summary>Two replicas that both believe to be the one write the same.</summary>
    public Task KeepAsync(ReconciliationRun run, CancellationToken cancellationToken) => runs.UseAsync(
        (all, token) => all.ReplaceOneAsync(known => known.Day == run.Day, run, new ReplaceOptions { IsUpsert = true }, token),
        cancellationToken);
}
