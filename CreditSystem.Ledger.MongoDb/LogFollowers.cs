using CreditSystem.Ledger.Log;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>
/// Those who read the log on and keep their place in it, beside it in the database: a document each with <c>tenant</c>, the
/// <c>partition</c> of that tenant, the block <c>since</c> which it wants events, and its <c>cursor</c>, the last block that it has
/// dealt with. When tenants move to other logs, their places move with them.
/// </summary>
public static class LogFollowers
{
    public const string Collection = "webhook_endpoints";

    /// <summary>Places of followers from before each had its own: a <c>block</c> by <see cref="SharedKey"/>.</summary>
    public const string SharedCollection = "webhook_cursors";

    private const string WhereItWas = "moved_from";

    public static string SharedKey(int partition) => $"partition-{partition}";

    /// <summary>Each follower goes on after the last event that it has dealt with.</summary>
    internal static async Task MoveAsync(IMongoDatabase database, LedgerLayout next, LedgerCopy copy, CancellationToken cancellationToken)
    {
        var followers = database.GetCollection<BsonDocument>(Collection);
        foreach (var follower in await followers.Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(cancellationToken))
        {
            // Moved by an attempt that was cut off: from where it was before that.
            var before = follower.TryGetValue(WhereItWas, out var kept) && kept["epoch"].AsInt32 == next.Epoch
                ? kept.AsBsonDocument
                : new BsonDocument
                {
                    ["epoch"] = next.Epoch,
                    ["partition"] = follower["partition"],
                    ["since"] = follower["since"],
                    ["cursor"] = await CursorAsync(database, follower, cancellationToken),
                };
            var (from, to) = (before["partition"].AsInt32, next.PartitionOf(follower["tenant"].AsString));
            var change = Builders<BsonDocument>.Update.Set("partition", to).Set(WhereItWas, before)
                .Set("since", copy.NumberOf(from, before["since"].ToInt64(), to))
                    .Set("cursor", copy.NumberOf(from, before["cursor"].ToInt64(), to));
            await followers.UpdateOneAsync(ById(follower["_id"]), change, options: null, cancellationToken);
        }
    }

    internal static async Task MoveBackAsync(IMongoDatabase database, int epoch, CancellationToken cancellationToken)
    {
        var followers = database.GetCollection<BsonDocument>(Collection);
        foreach (var follower in await followers.Find(Builders<BsonDocument>.Filter.Eq($"{WhereItWas}.epoch", epoch))
            .ToListAsync(cancellationToken))
        {
            var before = follower[WhereItWas];
            var change = Builders<BsonDocument>.Update.Set("partition", before["partition"]).Set("since", before["since"])
                .Set("cursor", before["cursor"]).Unset(WhereItWas);
            await followers.UpdateOneAsync(ById(follower["_id"]), change, options: null, cancellationToken);
        }
    }

    private static async Task<long> CursorAsync(IMongoDatabase database, BsonDocument follower, CancellationToken cancellationToken)
    {
        if (follower.TryGetValue("cursor", out var own))
            return own.ToInt64();
        var shared = await database.GetCollection<BsonDocument>(SharedCollection)
            .Find(ById(SharedKey(follower["partition"].AsInt32))).FirstOrDefaultAsync(cancellationToken);
        return Math.Max(shared?["block"].ToInt64() ?? 0, follower["since"].ToInt64());
    }

    private static FilterDefinition<BsonDocument> ById(BsonValue id) => Builders<BsonDocument>.Filter.Eq("_id", id);
}
