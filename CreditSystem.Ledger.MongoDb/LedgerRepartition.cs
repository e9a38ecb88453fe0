using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb.Projection;
using CreditSystem.Ledger.Verification;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>
/// Spreads the tenants of a stopped installation over another number of logs. The old logs are fenced, so that no process that
/// still runs can go on writing them, and stay as they are; the new ones are written into collections of their own, verified, and
/// only then in use. Killed at any step it begins again; until its last step it can be cancelled.
/// </summary>
public sealed class LedgerRepartition(MongoExecutor execute, TextWriter output, TimeProvider time)
{
    public const string Fence = "fence";

    /// <exception cref="LedgerLayoutException">The ledger is not to be moved like that.</exception>
    public Task RunAsync(int target, CancellationToken cancellationToken) => execute(async (database, token) =>
    {
        var layout = await LedgerDatabase.ReadAsync(database, token)
            ?? throw new LedgerLayoutException(
                "This database has no ledger whose number of logs is known. Start the API once with the number that it has.");
        if (layout.Partitions == target)
            throw new LedgerLayoutException($"The ledger is spread over {target} logs already.");
        if (layout.MovingTo is { } other && other != target)
            throw new LedgerLayoutException($"The ledger is being spread over {other} logs; cancel that first.");

        await SetAsync(database, Builders<BsonDocument>.Update.Set("moving_to", target), token);
        await WriteAsync($"Fencing {layout.Partitions} logs: no process can write to them from now on.");
        for (var partition = 0; partition < layout.Partitions; partition++)
            await FenceAsync(database, layout, partition, target, token);

        var next = new LedgerLayout(target, layout.Epoch + 1);
        await DropAsync(database, next, token);
        await WriteAsync($"Copying into {target} logs.");
        var copy = new LedgerCopy(database, layout, next);
        await copy.RunAsync(token);
        await WriteAsync($"Copied {copy.Records} records. Verifying the new logs.");
        await VerifyAsync(next, copy, token);
        await LogFollowers.MoveAsync(database, next, copy, token);
        await SetAsync(
            database, Builders<BsonDocument>.Update.Set("partitions", target).Set("epoch", next.Epoch).Unset("moving_to"), token);
        await WriteAsync(
            $"The ledger is spread over {target} logs. Set Ledger:Partitions to {target} and start the API. The old logs stay in "
            + $"{layout.NameOf(MongoBlockStore.Collection)}.");
    }, cancellationToken);

    /// <summary>Lets everything be as it was before a move that has not ended.</summary>
    public Task CancelAsync(CancellationToken cancellationToken) => execute(async (database, token) =>
    {
        if (await LedgerDatabase.ReadAsync(database, token) is not { MovingTo: not null } layout)
            throw new LedgerLayoutException("The ledger is not being spread over another number of logs.");
        await LogFollowers.MoveBackAsync(database, layout.Epoch + 1, token);
        await DropAsync(database, layout with { Epoch = layout.Epoch + 1 }, token);
        await Documents(database, layout).DeleteManyAsync(Builders<BsonDocument>.Filter.Exists(Fence), token);
        await SetAsync(database, Builders<BsonDocument>.Update.Unset("moving_to"), token);
        await WriteAsync($"The ledger is spread over {layout.Partitions} logs, as before.");
    }, cancellationToken);

    /// <summary>
    /// Takes the number of the next block, which is what a writer needs to write. A writer that is faster is read, and fenced
    /// after its block.
    /// </summary>
    private async Task FenceAsync(
        IMongoDatabase database, LedgerLayout layout, int partition, int target, CancellationToken cancellationToken)
    {
        var filter = Builders<BsonDocument>.Filter;
        var range = filter.Gt("_id", BlockDocument.Key(partition, 0)) & filter.Lt("_id", BlockDocument.Key(partition + 1, 0));
        while (true)
        {
            var last = await Documents(database, layout).Find(range).Sort(Builders<BsonDocument>.Sort.Descending("_id")).Limit(1)
                .FirstOrDefaultAsync(cancellationToken);
            if (last?.Contains(Fence) == true)
                return;
            try
            {
                var key = last is null ? BlockDocument.Key(partition, 1) : last["_id"].AsInt64 + 1;
                var text = $"spread over {target} logs at {time.GetUtcNow():O}";
                await Documents(database, layout)
                    .InsertOneAsync(new BsonDocument { ["_id"] = key, [Fence] = text }, options: null, cancellationToken);
                return;
            }
            catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
            {
                // A writer has just taken it.
            }
        }
    }

    /// <summary>Reads back what was written: every seal, and that no record is missing.</summary>
    private async Task VerifyAsync(LedgerLayout next, LedgerCopy copy, CancellationToken cancellationToken)
    {
        var store = new MongoBlockStore(new LedgerDatabase(execute, next));
        for (var partition = 0; partition < next.Partitions; partition++)
        {
            var report = await ChainVerifier.VerifyAsync(store, partition, copy.HeadOf(partition), cancellationToken);
            if (!report.Intact || report.Blocks != copy.HeadOf(partition))
                throw new LedgerLayoutException(
                    $"New log {partition} is not what was written: block {report.BrokenBlock} {report.Problem}. Nothing has been "
                    + $"changed; begin again, or cancel.");
        }
    }

    private static async Task DropAsync(IMongoDatabase database, LedgerLayout layout, CancellationToken cancellationToken)
    {
        foreach (var name in new[]
        {
            MongoBlockStore.Collection, MongoProjectionStore.AccountsCollection, MongoProjectionStore.SegmentsCollection,
            MongoProjectionStore.PagesCollection, MongoProjectionStore.EntriesCollection,
            MongoProjectionStore.ListsCollection,
            MongoVerificationStore.MarksCollection, MongoVerificationStore.AccountsCollection,
        })
            await database.DropCollectionAsync(layout.NameOf(name), cancellationToken);
    }

    private static Task<UpdateResult> SetAsync(
        IMongoDatabase database, UpdateDefinition<BsonDocument> change, CancellationToken cancellationToken) =>
        LedgerDatabase.SettingsOf(database)
            .UpdateOneAsync(Builders<BsonDocument>.Filter.Eq("_id", LedgerDatabase.LayoutKey), change, options: null, cancellationToken);

    private static IMongoCollection<BsonDocument> Documents(IMongoDatabase database, LedgerLayout layout) =>
        LedgerDatabase.Pinned<BsonDocument>(database, layout.NameOf(MongoBlockStore.Collection), journal: true);

    private Task WriteAsync(string line) => output.WriteLineAsync(line);
}
