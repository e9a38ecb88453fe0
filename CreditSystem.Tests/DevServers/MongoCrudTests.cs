using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Tests.DevServers;

public sealed class MongoCrudTests(MongoServer mongo)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inserts_finds_updates_counts_and_deletes()
    {
        var accounts = (await mongo.CreateDatabaseAsync("crud")).GetCollection<BsonDocument>("accounts");
        await accounts.InsertOneAsync(new BsonDocument { ["_id"] = 1, ["posted"] = 10L }, cancellationToken: Token);
        await accounts.InsertManyAsync([new BsonDocument { ["_id"] = 2, ["posted"] = 20L }, new BsonDocument { ["_id"] = 3, ["posted"] = 30L }], cancellationToken: Token);

        var updated = await accounts.UpdateOneAsync(a => a["_id"] == 1 && a["posted"] == 10L, Builders<BsonDocument>.Update.Inc("posted", 5L), cancellationToken: Token);
        var unmatched = await accounts.UpdateOneAsync(a => a["_id"] == 1 && a["posted"] == 10L, Builders<BsonDocument>.Update.Inc("posted", 5L), cancellationToken: Token);
        var upserted = await accounts.UpdateOneAsync(a => a["_id"] == 4, Builders<BsonDocument>.Update.Set("posted", 40L), new UpdateOptions { IsUpsert = true }, Token);
        var modified = await accounts.FindOneAndUpdateAsync<BsonDocument>(a => a["_id"] == 2, Builders<BsonDocument>.Update.Inc("posted", 1L), new() { ReturnDocument = ReturnDocument.After }, Token);

        Assert.Equal(1, updated.ModifiedCount);
        Assert.Equal(0, unmatched.MatchedCount);
        Assert.Equal(4, upserted.UpsertedId.AsInt32);
        Assert.Equal(21L, modified["posted"]);
        Assert.Equal(4, await accounts.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Token));
        Assert.Equal([15L, 21L, 30L, 40L], (await accounts.Find(FilterDefinition<BsonDocument>.Empty).SortBy(a => a["_id"]).ToListAsync(Token)).Select(a => a["posted"].AsInt64));
        Assert.Equal(2, (await accounts.DeleteManyAsync(a => a["_id"] > 2, Token)).DeletedCount);
        Assert.Equal([1, 2], (await accounts.DistinctAsync<int>("_id", FilterDefinition<BsonDocument>.Empty, cancellationToken: Token)).ToList(Token).Order());
    }

    [Fact]
    public async Task Reports_a_duplicate_id_as_a_duplicate_key()
    {
        var blocks = (await mongo.CreateDatabaseAsync("duplicate")).GetCollection<BsonDocument>("blocks");
        await blocks.InsertOneAsync(new BsonDocument("_id", "p1:7"), cancellationToken: Token);

        var failure = await Assert.ThrowsAsync<MongoWriteException>(() => blocks.InsertOneAsync(new BsonDocument("_id", "p1:7"), cancellationToken: Token));

        Assert.Equal(ServerErrorCategory.DuplicateKey, failure.WriteError.Category);
        Assert.Equal(11000, failure.WriteError.Code);
    }

    /// <summary>The engine gives up one of two that wait for each other; MongoDB runs it again, and tells nobody.</summary>
    [Fact]
    public async Task Tells_all_but_one_who_write_the_same_unique_value_at_once_that_it_is_there_and_nothing_else()
    {
        const int Writers = 8;
        var users = (await mongo.CreateDatabaseAsync("unique")).GetCollection<BsonDocument>("users");
        var keys = Builders<BsonDocument>.IndexKeys;
        CreateIndexOptions unique = new() { Unique = true };
        await users.Indexes.CreateManyAsync([new(keys.Ascending("tenant").Ascending("email"), unique), new(keys.Ascending("tenant").Ascending("name"), unique)], Token);

        for (var round = 0; round < 20; round++)
        {
            var codes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
            {
                try
                {
                    await users.InsertOneAsync(new BsonDocument { ["_id"] = $"{round}-{writer}", ["tenant"] = "acme", ["email"] = $"e{round}", ["name"] = $"n{round}" }, cancellationToken: Token);
                    return 0;
                }
                catch (MongoWriteException failure)
                {
                    return failure.WriteError.Code;
                }
            }));

            Assert.Equal([0, .. Enumerable.Repeat(11000, Writers - 1)], codes.Order());
        }
    }
}
