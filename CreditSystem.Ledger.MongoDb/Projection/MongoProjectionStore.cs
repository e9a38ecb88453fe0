using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Projection;

/// <summary>
/// The collections <c>accounts</c>, <c>account_pages</c>, <c>account_entries</c>, <c>ledger_lists</c> and <c>transfer_ids</c>.
/// </summary>
internal sealed partial class MongoProjectionStore(LedgerDatabase connection) : IProjectionStore
{
    public const string AccountsCollection = "accounts";
    private const int BatchAccounts = 500;
    private const int ReadsAtOnce = 4;

    private volatile bool indexed;

    public Task<IReadOnlyList<AccountState>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<AccountState>>(async (database, token) =>
        {
            var chunks = ids.Chunk(BatchAccounts).ToList();
            var found = new List<AccountState>[chunks.Count];
            var atOnce = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = token };
            await Parallel.ForAsync(0, chunks.Count, atOnce, async (i, stop) =>
            {
                var filter = Builders<BsonDocument>.Filter.In("_id", chunks[i].Select(Binary));
                var documents = await Accounts(database).Find(filter).As<RawBsonDocument>().ToListAsync(stop);
                found[i] = [.. documents.DecodeAll(AccountDocument.Decode)];
            });
            return found is [var only] ? only : [.. found.SelectMany(chunk => chunk)];
        }, cancellationToken);

    public Task SaveAsync(int partition, ChangedAccounts changed, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            await EnsureIndexAsync(database, token);
            foreach (var chunk in changed.Accounts.Chunk(BatchAccounts))
                if (await SaveAsync(database, partition, changed, chunk, token) < chunk.Length)
                    await RequireAsync(database, chunk.Where(account => !changed.MayBeNew(account)), token);
            await MarkAsync(database, partition, changed.Block, changed.Rebuilds, token);
            return true;
        }, cancellationToken);

    public Task<ProjectionMark> MarkAsync(int partition, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) => ReadMarkAsync(database, partition, token), cancellationToken);

    public Task BeginRebuildAsync(int partition, long rebuilds, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            await DropTablesAsync(database, partition, token);
            try
            {
                await Accounts(database).UpdateOneAsync(
                    Builders<BsonDocument>.Filter.Eq("_id", Mark(partition)) & Counted(rebuilds),
                    Builders<BsonDocument>.Update.Set("appliedBlock", 0L).Set("rebuilds", rebuilds + 1),
                    new UpdateOptions { IsUpsert = true }, token);
            }
            catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
            {
                // Another replica was faster.
            }
            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<AccountState>> DueAsync(int partition, long now, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<AccountState>>(async (database, token) =>
        {
            var filter = Builders<BsonDocument>.Filter;
            var due = await Accounts(database).Find(filter.Lte("next", now) & filter.Eq("p", partition))
                .Limit(limit).As<RawBsonDocument>().ToListAsync(token);
            return due.DecodeAll(AccountDocument.Decode);
        }, cancellationToken);

    /// <returns>How many were written.</returns>
    private async Task<long> SaveAsync(
        IMongoDatabase database, int partition, ChangedAccounts changed, AccountState[] accounts, CancellationToken cancellationToken)
    {
        var documents = Array.ConvertAll(accounts, account => new RawBsonDocument(AccountDocument.Encode(partition, account)));
        try
        {
            var writes = accounts.Select((account, i) => new ReplaceOneModel<RawBsonDocument>(
                new BsonDocument { { "_id", Binary(account.Id) }, { "appliedBlock", new BsonDocument("$lt", account.PreviousBlock) } },
                documents[i])
            { IsUpsert = changed.MayBeNew(account) });
            var result = await connection.Collection<RawBsonDocument>(database, AccountsCollection)
                .BulkWriteAsync(writes, new BulkWriteOptions { IsOrdered = false }, cancellationToken);
            return result.MatchedCount + result.Upserts.Count;
        }
        catch (MongoBulkWriteException<RawBsonDocument> exception) when (
            exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey))
        {
            // The filter did not match because the account is there and as new: nothing to write.
            return exception.Result.MatchedCount + exception.Result.Upserts.Count;
        }
        finally
        {
            foreach (var document in documents)
                document.Dispose();
        }
    }

    // What was not written is there and as new, or it is not there.
    private async Task RequireAsync(IMongoDatabase database, IEnumerable<AccountState> accounts, CancellationToken cancellationToken)
    {
        var ids = accounts.Select(account => Binary(account.Id)).ToList();
        var there = await Accounts(database).CountDocumentsAsync(
            Builders<BsonDocument>.Filter.In("_id", ids), options: null, cancellationToken);
        if (there < ids.Count)
            throw new ProjectionLostException($"{ids.Count - there} accounts that were written before are not there");
    }

    // In the same collection, so that an old copy of it is known by an old mark.
    private async Task MarkAsync(IMongoDatabase database, int partition, long block, long rebuilds, CancellationToken cancellationToken)
    {
        var filter = Builders<BsonDocument>.Filter;
        try
        {
            await Accounts(database).UpdateOneAsync(
                filter.Eq("_id", Mark(partition)) & filter.Lt("appliedBlock", block) & Counted(rebuilds),
                Builders<BsonDocument>.Update.Set("appliedBlock", block),
                new UpdateOptions { IsUpsert = true }, cancellationToken);
        }
        catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            // Another replica has come further, or works all of it out again.
        }
    }

    private static FilterDefinition<BsonDocument> Counted(long rebuilds) =>
        rebuilds == 0 ? Builders<BsonDocument>.Filter.In("rebuilds", [BsonNull.Value, (BsonValue)0L])
            : Builders<BsonDocument>.Filter.Eq("rebuilds", rebuilds);

    private async Task<ProjectionMark> ReadMarkAsync(IMongoDatabase database, int partition, CancellationToken cancellationToken) =>
        await Accounts(database).Find(Builders<BsonDocument>.Filter.Eq("_id", Mark(partition))).Limit(1)
            .FirstOrDefaultAsync(cancellationToken) is { } mark
            ? new ProjectionMark(mark["appliedBlock"].AsInt64, mark.TryGetValue("rebuilds", out var rebuilds) ? rebuilds.AsInt64 : 0)
            : default;

    private static string Mark(int partition) => $"partition/{partition}";

    private async Task EnsureIndexAsync(IMongoDatabase database, CancellationToken cancellationToken)
    {
        if (indexed)
            return;
        var model = new CreateIndexModel<BsonDocument>(
            Builders<BsonDocument>.IndexKeys.Ascending("next"), new CreateIndexOptions { Name = "next", Sparse = true });
        await Accounts(database).Indexes.CreateOneAsync(model, options: null, cancellationToken);
        indexed = true;
    }

    private static BsonBinaryData Binary(Guid id) => new(id, GuidRepresentation.Standard);

    private IMongoCollection<BsonDocument> Accounts(IMongoDatabase database) =>
        connection.Collection<BsonDocument>(database, AccountsCollection);
}
