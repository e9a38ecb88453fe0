using System.Buffers.Binary;
using CreditSystem.Ledger.Verification;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>The collections <c>verification</c> and <c>verified_accounts</c>.</summary>
public sealed class MongoVerificationStore(LedgerDatabase connection) : IVerificationStore
{
    public const string MarksCollection = "verification";
    public const string AccountsCollection = "verified_accounts";
    private const int BatchAccounts = 500;
    private const int PrefixBytes = sizeof(int) + sizeof(long);

    public Task<VerificationMark> MarkAsync(int partition, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
    {
        var generation = await GenerationAsync(database, partition, token);
        return await Marks(database).Find(ById(MarkId(partition))).FirstOrDefaultAsync(token) is { } found
            && VerificationEncoding.DecodeMark(found["mark"].AsBsonBinaryData.Bytes, partition) is { } mark && mark.Generation == generation
            ? mark
            : new VerificationMark(partition, generation);
    }, cancellationToken);

    public Task<VerificationMark> RestartAsync(VerificationMark incomplete, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
    {
        var (partition, next) = (incomplete.Partition, incomplete.Generation + 1);
        var moved = await Marks(database).UpdateOneAsync(
            ById(GenerationId(partition)) & Builders<BsonDocument>.Filter.Eq("generation", incomplete.Generation),
            Builders<BsonDocument>.Update.Set("generation", next), cancellationToken: token);
        if (moved.ModifiedCount == 0)
            return new VerificationMark(partition, await GenerationAsync(database, partition, token));
        await Marks(database).DeleteOneAsync(ById(MarkId(partition)), token);
        await Accounts(database).DeleteManyAsync(
            Builders<BsonDocument>.Filter.Gte("_id", AccountId(partition, 0, Guid.Empty)) & Builders<BsonDocument>.Filter.Lt(
            "_id", AccountId(partition, next, Guid.Empty)), token);
        return new VerificationMark(partition, next);
    }, cancellationToken);

    public Task<IReadOnlyList<VerifiedAccount>> LoadAsync(
        VerificationMark mark, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<VerifiedAccount>>(async (database, token) =>
        {
            var found = new List<VerifiedAccount>(ids.Count);
            foreach (var chunk in ids.Chunk(BatchAccounts))
                found.AddRange(
                    Decode(await Accounts(database).Find(Builders<BsonDocument>.Filter.In("_id", chunk.Select(id => AccountId(mark, id))))
                    .ToListAsync(token)));
            return found;
        }, cancellationToken);

    public Task<IReadOnlyList<VerifiedAccount>> PageAsync(
        VerificationMark mark, Guid after, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<VerifiedAccount>>(async (database, token) =>
        {
            var range = Builders<BsonDocument>.Filter.Gt("_id", AccountId(mark, after)) & Builders<BsonDocument>.Filter.Lt(
                "_id", AccountId(mark.Partition, mark.Generation + 1, Guid.Empty));
            return Decode(await Accounts(database).Find(range).Sort(Builders<BsonDocument>.Sort.Ascending("_id")).Limit(limit)
                .ToListAsync(token));
        }, cancellationToken);

    public Task SaveAsync(VerificationMark mark, IReadOnlyCollection<VerifiedAccount> accounts, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            foreach (var chunk in accounts.Chunk(BatchAccounts))
                await SaveAsync(database, mark, chunk, token);
            await SaveMarkAsync(database, mark, token);
            return true;
        }, cancellationToken);

    public Task<FullVerification?> FullAsync(int partition, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        await Marks(database).Find(ById(FullId(partition))).FirstOrDefaultAsync(token) is { } found
            ? new FullVerification(
                DateTimeOffset.FromUnixTimeMilliseconds(found["at"].AsInt64), found["blocks"].AsInt64,
                found.TryGetValue("broken", out var broken) ? broken.AsInt64 : null,
                found.TryGetValue("problem", out var problem) ? problem.AsString : null)
            : null, cancellationToken);

    public Task SaveFullAsync(int partition, FullVerification full, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) =>
    {
        var document = new BsonDocument
        {
            ["_id"] = FullId(partition),
            ["at"] = full.At.ToUnixTimeMilliseconds(),
            ["blocks"] = full.Blocks
        };
        if (full.BrokenBlock is { } broken)
            document.Add("broken", broken).Add("problem", full.Problem ?? "");
        return Marks(database).ReplaceOneAsync(ById(document["_id"]), document, new ReplaceOptions { IsUpsert = true }, token);
    }, cancellationToken);

    private async Task SaveAsync(
        IMongoDatabase database, VerificationMark mark, VerifiedAccount[] accounts, CancellationToken cancellationToken)
    {
        var writes = accounts.Select(account => new ReplaceOneModel<BsonDocument>(
            ById(AccountId(mark, account.Id)) & Builders<BsonDocument>.Filter.Lte("block", account.LastBlock),
            new BsonDocument
            {
                ["_id"] = AccountId(mark, account.Id),
                ["block"] = account.LastBlock,
                ["state"] = VerificationEncoding.Encode(account)
            })
        { IsUpsert = true });
        try
        {
            await Accounts(database).BulkWriteAsync(writes, new BulkWriteOptions { IsOrdered = false }, cancellationToken);
        }
        catch (MongoBulkWriteException<BsonDocument> exception) when (
            exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey))
        {
            // Another replica has come further with these.
        }
    }

    private async Task SaveMarkAsync(IMongoDatabase database, VerificationMark mark, CancellationToken cancellationToken)
    {
        var document = new BsonDocument
        {
            ["_id"] = MarkId(mark.Partition),
            ["block"] = mark.Block,
            ["mark"] = VerificationEncoding.Encode(mark)
        };
        try
        {
            await Marks(database).ReplaceOneAsync(
                ById(document["_id"]) & Builders<BsonDocument>.Filter.Lte("block", mark.Block), document,
                new ReplaceOptions { IsUpsert = true }, cancellationToken);
        }
        catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            // Another replica has come further.
        }
    }

    private static IReadOnlyList<VerifiedAccount> Decode(List<BsonDocument> documents) =>
    [
        .. documents.Select(document => VerificationEncoding.DecodeAccount(
            document["state"].AsBsonBinaryData.Bytes,
            new Guid(document["_id"].AsBsonBinaryData.Bytes.AsSpan(PrefixBytes), bigEndian: true))).OfType<VerifiedAccount>(),
    ];

    private static BsonBinaryData AccountId(VerificationMark mark, Guid account) => AccountId(mark.Partition, mark.Generation, account);

    /// <summary>
    /// In the order of their bytes, so that the one index that every collection has finds all of a partition and one alone.
    /// </summary>
    private static BsonBinaryData AccountId(int partition, long generation, Guid account)
    {
        var bytes = new byte[PrefixBytes + 16];
        BinaryPrimitives.WriteInt32BigEndian(bytes, partition);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(int)), generation);
        account.TryWriteBytes(bytes.AsSpan(PrefixBytes), bigEndian: true, out _);
        return new BsonBinaryData(bytes);
    }

    private async Task<long> GenerationAsync(IMongoDatabase database, int partition, CancellationToken cancellationToken)
    {
        var known = Builders<BsonDocument>.Update.SetOnInsert("generation", 1L);
        var found = await Marks(database).FindOneAndUpdateAsync<BsonDocument>(
            ById(GenerationId(partition)), known, new() { IsUpsert = true, ReturnDocument = ReturnDocument.After }, cancellationToken);
        return found["generation"].AsInt64;
    }

    private static FilterDefinition<BsonDocument> ById(BsonValue id) => Builders<BsonDocument>.Filter.Eq("_id", id);

    private static string MarkId(int partition) => $"partition/{partition}";

    private static string GenerationId(int partition) => $"generation/{partition}";

    private static string FullId(int partition) => $"full/{partition}";

    private IMongoCollection<BsonDocument> Marks(IMongoDatabase database) => connection.Collection<BsonDocument>(database, MarksCollection);

    private IMongoCollection<BsonDocument> Accounts(IMongoDatabase database) =>
        connection.Collection<BsonDocument>(database, AccountsCollection);
}
