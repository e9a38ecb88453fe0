using CreditSystem.Ledger.Projection.Ids;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Projection;

// The collection transfer_ids: segments by the block that they begin after, and tables by that with all bits turned.
internal sealed partial class MongoProjectionStore
{
    public const string SegmentsCollection = "transfer_ids";

    // Some 130 KiB each. Where nothing is said a hundred are read, whether they are wanted or not.
    private static readonly FindOptions FewSegments = new() { BatchSize = 16 };

    public Task<IdSegment?> SegmentAsync(int partition, long after, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var key = Builders<BsonDocument>.Filter.Eq("_id", BlockDocument.Key(partition, after));
            return await Segments(database).Find(key).Limit(1).FirstOrDefaultAsync(token) is { } found ? Decode(found, partition, after)
                : null;
        }, cancellationToken);

    public Task<IReadOnlyList<IdSegment>> SegmentsAsync(int partition, long after, int mostIds, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<IdSegment>>(async (database, token) =>
        {
            var filter = Builders<BsonDocument>.Filter;
            var following = filter.Gte("_id", BlockDocument.Key(partition, after)) & filter.Lt("_id", BlockDocument.Key(partition + 1, 0));
            using var cursor = await Segments(database).Find(following, FewSegments).Sort(Builders<BsonDocument>.Sort.Ascending("_id"))
                .ToCursorAsync(token);
            var (found, ids) = (new List<IdSegment>(), 0);
            while (await cursor.MoveNextAsync(token))
                foreach (var document in cursor.Current)
                {
                    // A damaged one, or one that does not follow, ends what can be used.
                    if (document["_id"] != BlockDocument.Key(partition, after) || Decode(document, partition, after) is not { } segment)
                        return found;
                    found.Add(segment);
                    (after, ids) = (segment.Last, ids + segment.Count);
                    if (ids >= mostIds)
                        return found;
                }
            return found;
        }, cancellationToken);

    public async Task<IdSegment> AddAsync(IdSegment segment, CancellationToken cancellationToken)
    {
        var document = new BsonDocument
        {
            ["_id"] = BlockDocument.Key(segment.Partition, segment.After),
            ["last"] = segment.Last,
            ["at"] = segment.At,
            ["hash"] = segment.Hash,
            ["ids"] = segment.Ids,
            ["latest"] = segment.Latest,
            ["sum"] = segment.Checksum(),
        };
        try
        {
            return await connection.ExecuteAsync(async (database, token) =>
            {
                await Segments(database).InsertOneAsync(document, options: null, token);
                return segment;
            }, cancellationToken);
        }
        catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            if (await SegmentAsync(segment.Partition, segment.After, cancellationToken) is { } other)
                return other;
            // What is there is damaged; it takes no reader further than having none.
            await connection.ExecuteAsync((database, token) =>
                Segments(database)
                    .ReplaceOneAsync(Builders<BsonDocument>.Filter.Eq("_id", document["_id"]), document, new ReplaceOptions(), token),
                    cancellationToken);
            return segment;
        }
    }

    public Task<StoredIdTable?> TableAsync(int partition, long after, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var found = await Segments(database).Find(Builders<BsonDocument>.Filter.Eq("_id", TableKey(partition, after))).Limit(1)
                .FirstOrDefaultAsync(token);
            return found is null ? null : new StoredIdTable(partition, after, found["table"].AsBsonBinaryData.Bytes);
        }, cancellationToken);

    public Task AddAsync(StoredIdTable table, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) =>
        {
            var key = TableKey(table.Partition, table.After);
            return Segments(database).ReplaceOneAsync(
                Builders<BsonDocument>.Filter.Eq("_id", key), new BsonDocument { ["_id"] = key, ["table"] = table.Content },
                new ReplaceOptions { IsUpsert = true }, token);
        }, cancellationToken);

    private async Task DropTablesAsync(IMongoDatabase database, int partition, CancellationToken cancellationToken)
    {
        var filter = Builders<BsonDocument>.Filter;
        await Segments(database).DeleteManyAsync(
            filter.Lte("_id", TableKey(partition, 0)) & filter.Gt("_id", TableKey(partition + 1, 0)), cancellationToken);
    }

    private static long TableKey(int partition, long after) => ~BlockDocument.Key(partition, after);

    private static IdSegment? Decode(BsonDocument document, int partition, long after)
    {
        var segment = new IdSegment(
            partition, after, document["last"].AsInt64, document["at"].AsInt64, document["hash"].AsBsonBinaryData.Bytes,
            document["ids"].AsBsonBinaryData.Bytes, document["latest"].AsBsonBinaryData.Bytes);
        return segment.Checksum().AsSpan().SequenceEqual(document["sum"].AsBsonBinaryData.Bytes) ? segment : null;
    }

    private IMongoCollection<BsonDocument> Segments(IMongoDatabase database) =>
        connection.Collection<BsonDocument>(database, SegmentsCollection);
}
