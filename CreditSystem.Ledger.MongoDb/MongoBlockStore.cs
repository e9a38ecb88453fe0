using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>
/// The log in the collection <c>blocks</c>: one document per block, one single-document insert per commit. The unique
/// <c>_id</c> is the fencing token, and the only index.
/// </summary>
public sealed class MongoBlockStore(LedgerDatabase connection) : IBlockStore
{
    public const string Collection = "blocks";
    private const string RulesKey = "rules";
    private const int BsonObjectTooLarge = 10334;

    // What the blocks of the last page had on average; any thread may set it.
    private long blockBytes = 256 * 1024;

    public async Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken)
    {
        var encoded = BlockDocument.Encode(block);
        if (Math.Max(encoded.Length, block.Content.Length) is var bytes && bytes > BlockDocument.MaxBytes)
            throw new BlockTooLargeException($"Block {block.Number} of partition {block.Partition} has {bytes} bytes.");
        using var document = new RawBsonDocument(encoded);
        try
        {
            return await connection.ExecuteAsync(async (database, token) =>
            {
                await Blocks(database).InsertOneAsync(document, options: null, token);
                return true;
            }, cancellationToken);
        }
        catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
        catch (Exception exception) when (IsTooLarge(exception))
        {
            throw new BlockTooLargeException(
                $"The database does not take the {encoded.Length} bytes of block {block.Number} of partition {block.Partition}.",
                exception);
        }
    }

    public Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long number, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<Block>>(async (database, token) =>
        {
            var found = await Blocks(database).Find(After(partition, number)).Sort(Builders<RawBsonDocument>.Sort.Ascending("_id"))
                .Limit(limit).ToListAsync(token);
            return found.DecodeAll(BlockDocument.Decode);
        }, cancellationToken);

    public Task<IReadOnlyList<Block>> ReadPageAsync(
        int partition, long number, int limit, long maxBytes, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<Block>>(async (database, token) =>
        {
            // A reply has about as many blocks as the page has room for, if they are as large as those of the last page.
            var find = new FindOptions { BatchSize = (int)Math.Clamp(maxBytes / blockBytes + 1, 2, Math.Max(limit, 2)) };
            using var cursor = await Blocks(database).Find(After(partition, number), find)
                .Sort(Builders<RawBsonDocument>.Sort.Ascending("_id")).Limit(limit).ToCursorAsync(token);
            var (page, bytes) = (new List<Block>(), 0L);
            while (bytes < maxBytes && await cursor.MoveNextAsync(token))
                foreach (var document in cursor.Current)
                    using (document)
                        if (bytes < maxBytes)
                        {
                            page.Add(BlockDocument.Decode(document));
                            bytes += page[^1].Content.Length;
                        }
            if (page.Count > 0)
                blockBytes = Math.Max(1, bytes / page.Count);
            return page;
        }, cancellationToken);

    public Task<Block?> ReadAsync(int partition, long number, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var key = Builders<RawBsonDocument>.Filter.Eq("_id", BlockDocument.Key(partition, number));
            var found = await Blocks(database).Find(key).Limit(1).ToListAsync(token);
            return found.DecodeAll(BlockDocument.Decode).FirstOrDefault();
        }, cancellationToken);

    public Task<int> RulesAsync(int? atLeast, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var settings = LedgerDatabase.SettingsOf(database);
            var key = Builders<BsonDocument>.Filter.Eq("_id", RulesKey);
            if (await settings.Find(key).FirstOrDefaultAsync(token) is null)
                await DecideRulesAsync(settings, !await Blocks(database).Find(FilterDefinition<RawBsonDocument>.Empty).Limit(1)
                    .AnyAsync(token), token);
            if (atLeast is { } version)
                await settings.UpdateOneAsync(key, Builders<BsonDocument>.Update.Max("version", version), options: null, token);
            return (await settings.Find(key).FirstAsync(token))["version"].AsInt32;
        }, cancellationToken);

    private static async Task DecideRulesAsync(IMongoCollection<BsonDocument> settings, bool isEmpty, CancellationToken token)
    {
        try
        {
            await settings.InsertOneAsync(
                new BsonDocument { { "_id", RulesKey }, { "version", isEmpty ? RulesVersion.Newest : RulesVersion.First } }, options: null,
                token);
        }
        catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            // Another partition or replica was first: its decision counts.
        }
    }

    public Task<long?> ReadClockAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var hello = await database.Client.GetDatabase("admin")
                .RunCommandAsync<BsonDocument>(new BsonDocument("hello", 1), ReadPreference.Primary, token);
            return hello.TryGetValue("localTime", out var localTime) ? localTime.AsBsonDateTime.MillisecondsSinceEpoch : (long?)null;
        }, cancellationToken);

    // A driver that counts itself says so by a FormatException before it sends anything, a server by 10334 (BSONObjectTooLarge).
    private static bool IsTooLarge(Exception exception) => exception switch
    {
        FormatException or BsonSerializationException => true,
        MongoWriteException write => write.WriteError?.Code == BsonObjectTooLarge,
        MongoCommandException command => command.Code == BsonObjectTooLarge,
        _ => false,
    };

    private static FilterDefinition<RawBsonDocument> After(int partition, long number) =>
        Builders<RawBsonDocument>.Filter.Gt("_id", BlockDocument.Key(partition, number)) & Builders<RawBsonDocument>.Filter.Lt(
            "_id", BlockDocument.Key(partition + 1, 0));

    private IMongoCollection<RawBsonDocument> Blocks(IMongoDatabase database) =>
        connection.Collection<RawBsonDocument>(database, Collection, journal: true);
}
