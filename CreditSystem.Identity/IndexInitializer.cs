using MongoDB.Driver;

namespace CreditSystem.Identity;

/// <summary>Creates the indexes of a collection before its first write: what must be unique may not wait for an operator.</summary>
public sealed class IndexInitializer
{
    private volatile bool created;

    public async Task EnsureAsync<T>(
        IMongoCollection<T> collection, IEnumerable<CreateIndexModel<T>> indexes, CancellationToken cancellationToken)
    {
        if (created)
            return;
        // Idempotent, so that two callers, or two replicas, may both do it.
        await collection.Indexes.CreateManyAsync(indexes, cancellationToken);
        created = true;
    }
}
