using CreditSystem.Ledger.Projection.ResumePoints;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Projection;

// The collection account_pages: what lets a start resume after blocks that no checkpoint has been made of.
internal sealed partial class MongoProjectionStore
{
    public const string PagesCollection = "account_pages";

    public Task AddPageAsync(AccountDelta delta, int page, byte[] content, CancellationToken cancellationToken) =>
        InsertPageAsync(PageDocument.Encode(delta, page, content), cancellationToken);

    public Task AddAsync(AccountDelta delta, CancellationToken cancellationToken) =>
        InsertPageAsync(PageDocument.Encode(delta), cancellationToken);

    public Task<IReadOnlyList<AccountDelta>> DeltasAsync(int partition, long after, CancellationToken cancellationToken) =>
        connection.ExecuteAsync<IReadOnlyList<AccountDelta>>(async (database, token) =>
        {
            var found = await PagesOf(database)
                .Find(InRange(PageDocument.FirstDelta(partition, after + 1), PageDocument.FirstDelta(partition + 1, 0)))
                .ToListAsync(token);
            return [.. found.DecodeAll(PageDocument.TryDecode).OfType<AccountDelta>()];
        }, cancellationToken);

    public Task<byte[]?> PageAsync(AccountDelta delta, int page, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var key = Builders<RawBsonDocument>.Filter.Eq("_id", PageDocument.PageKey(delta, page));
            var found = await PagesOf(database).Find(key).Limit(1).ToListAsync(token);
            return found.DecodeAll(PageDocument.TryDecodePage).FirstOrDefault();
        }, cancellationToken);

    // First what says that pages are there.
    public Task DropPagesAsync(int partition, long last, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            await PagesOf(database)
                .DeleteManyAsync(InRange(PageDocument.FirstDelta(partition, 0), PageDocument.FirstDelta(partition, last + 1)), token);
            await PagesOf(database)
                .DeleteManyAsync(InRange(PageDocument.FirstPage(partition, 0), PageDocument.FirstPage(partition, last + 1)), token);
            return true;
        }, cancellationToken);

    private static FilterDefinition<RawBsonDocument> InRange(byte[] from, byte[] to) =>
        Builders<RawBsonDocument>.Filter.Gte("_id", from) & Builders<RawBsonDocument>.Filter.Lt("_id", to);

    private Task<bool> InsertPageAsync(byte[] document, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            await InsertAsync(PagesOf(database), [new RawBsonDocument(document)], token);
            return true;
        }, cancellationToken);

    private IMongoCollection<RawBsonDocument> PagesOf(IMongoDatabase database) =>
        connection.Collection<RawBsonDocument>(database, PagesCollection);
}
