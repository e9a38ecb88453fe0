using CreditSystem.Api.Connections;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Ledger.Log;

/// <summary>
/// The log in the collection <c>blocks</c>: one document per block, one single-document insert per commit. The unique
/// <c>_id</c> is the fencing token, and the only index.
/// </summary>
internal sealed class MongoBlockStore(MongoConnection connection) : IBlockStore
{
    private const string Collection = "blocks";

    // Partition and number in one Int64: unique and ordered by the one index that every collection has.
    private const int NumberBits = 40;

    public async Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken)
    {
        using var document = new RawBsonDocument(Encode(block));
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
    }

    public Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long number, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<Block>>(async (database, token) =>
        {
            var filter = Builders<RawBsonDocument>.Filter;
            var range = filter.Gt("_id", Key(partition, number)) & filter.Lt("_id", Key(partition + 1, 0));
            var found = await Blocks(database).Find(range).Sort(Builders<RawBsonDocument>.Sort.Ascending("_id")).Limit(limit).ToListAsync(token);
            return [.. found.Select(Decode)];
        }, cancellationToken);

    public Task<Block?> ReadAsync(int partition, long number, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var found = await Blocks(database).Find(Builders<RawBsonDocument>.Filter.Eq("_id", Key(partition, number))).FirstOrDefaultAsync(token);
            return found is null ? null : Decode(found);
        }, cancellationToken);

    private static IMongoCollection<RawBsonDocument> Blocks(IMongoDatabase database) => database
        .GetCollection<RawBsonDocument>(Collection)
        .WithWriteConcern(WriteConcern.WMajority.With(journal: true))
        .WithReadConcern(ReadConcern.Majority)
        .WithReadPreference(ReadPreference.Primary);

    private static long Key(int partition, long number) => ((long)partition << NumberBits) | number;

    private static byte[] Encode(Block block)
    {
        var writer = new BsonWriter();
        writer.Int64("_id", Key(block.Partition, block.Number));
        writer.Int32("p", block.Partition);
        writer.Int64("n", block.Number);
        writer.DateTime("at", block.At);
        writer.Binary("prev", block.Previous);
        writer.Binary("hash", block.Hash);
        writer.RawArray("txs", block.Content.Span);
        return writer.ToArray();
    }

    private static Block Decode(RawBsonDocument document)
    {
        using (document)
        {
            using var records = (RawBsonArray)document["txs"];
            var content = new byte[records.Slice.Length];
            records.Slice.GetBytes(0, content, 0, content.Length);
            return new Block(
                document["p"].AsInt32, document["n"].AsInt64, document["at"].AsBsonDateTime.MillisecondsSinceEpoch,
                document["prev"].AsBsonBinaryData.Bytes, document["hash"].AsBsonBinaryData.Bytes, content);
        }
    }
}
