using CreditSystem.Ledger.Lists.Statuses;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Projection;

// Beside the chunks of the lists, which have shorter keys: with the collection both are lost, and both are written again.
internal sealed partial class MongoProjectionStore
{
    public Task WriteAsync(IReadOnlyList<StatusRow> added, IReadOnlyList<StatusRow> removed, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            if (added.Count > 0)
                await PutAsync(Lists(database), added, token);
            if (removed.Count > 0)
                await Lists(database).DeleteManyAsync(KeyFilter(removed), token);
            return true;
        }, cancellationToken);

    public Task<IReadOnlyList<StatusRow>> StatusesAsync(
        Guid term, StatusPosition before, long from, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<StatusRow>>(async (database, token) =>
        {
            var found = await Lists(database).Find(StatusFilter(term, before, from))
                .Sort(Builders<RawBsonDocument>.Sort.Descending("_id")).Limit(limit).ToListAsync(token);
            return [.. found.DecodeAll(StatusDocument.Decode)];
        }, cancellationToken);

    public Task<IReadOnlyList<StatusRow>> FindAsync(IReadOnlyCollection<StatusRow> keys, CancellationToken cancellationToken) =>
        keys.Count == 0 ? Task.FromResult<IReadOnlyList<StatusRow>>([]) : connection.ExecuteAsync<IReadOnlyList<StatusRow>>(
            async (database, token) =>
            {
                var found = await Lists(database).Find(KeyFilter(keys)).ToListAsync(token);
                return [.. found.DecodeAll(StatusDocument.Decode)];
            }, cancellationToken);

    // Nearly all are new.
    private static async Task PutAsync(
        IMongoCollection<RawBsonDocument> collection, IReadOnlyList<StatusRow> rows, CancellationToken cancellationToken)
    {
        var documents = rows.Select(row => new RawBsonDocument(StatusDocument.Encode(row))).ToList();
        try
        {
            await collection.InsertManyAsync(documents, new InsertManyOptions { IsOrdered = false }, cancellationToken);
        }
        catch (MongoBulkWriteException<RawBsonDocument> exception) when (
            exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey))
        {
            var there = exception.WriteErrors.Select(error => new ReplaceOneModel<RawBsonDocument>(
                Builders<RawBsonDocument>.Filter.Eq("_id", documents[error.Index]["_id"]), documents[error.Index])
            { IsUpsert = true });
            await collection.BulkWriteAsync(there, new BulkWriteOptions { IsOrdered = false }, cancellationToken);
        }
        finally
        {
            foreach (var document in documents)
                document.Dispose();
        }
    }

    /// <summary>What a page of a status asks for.</summary>
    internal static FilterDefinition<RawBsonDocument> StatusFilter(Guid term, StatusPosition before, long from)
    {
        var filter = Builders<RawBsonDocument>.Filter;
        return filter.Gte("_id", StatusDocument.Key(term, new StatusPosition(from, Guid.Empty)))
            & filter.Lt("_id", StatusDocument.Key(term, before));
    }

    private static FilterDefinition<RawBsonDocument> KeyFilter(IEnumerable<StatusRow> rows) =>
        Builders<RawBsonDocument>.Filter.In("_id", rows.Select(row => StatusDocument.Key(row.Term, row.Position)));
}
