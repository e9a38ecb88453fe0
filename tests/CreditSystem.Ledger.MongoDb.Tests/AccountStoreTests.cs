using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb.Tests;

public sealed class AccountStoreTests(MongoServer mongo)
{
    [Fact]
    public async Task An_account_that_was_written_before_and_is_gone_is_told_and_not_written()
    {
        var database = await mongo.CreateDatabaseAsync("lost-accounts");
        using var store = await RealStore.StartAsync(mongo, database);
        var (alice, bob) = (Account("alice"), Account("bob"));
        await SaveAsync(after: -1, block: 1);
        await SaveAsync(after: 1, block: 2);
        // Once more, as after an answer that did not arrive.
        await SaveAsync(after: 1, block: 2);
        Assert.Equal([2, 2], await BlocksAsync());

        await database.GetCollection<BsonDocument>("accounts").DeleteOneAsync(
            new BsonDocument("_id", new BsonBinaryData(bob.Id, GuidRepresentation.Standard)), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ProjectionLostException>(() => SaveAsync(after: 2, block: 3));

        Assert.Equal([3], await BlocksAsync());
        Assert.Equal(2, (await store.Projections.MarkAsync(0, CancellationToken.None)).Block);

        Task SaveAsync(long after, long block) => store.Projections.SaveAsync(
            0, new ChangedAccounts([alice with { Trail = [block] }, bob with { Trail = [block] }], after, block, Rebuilds: 0), CancellationToken.None);

        async Task<IEnumerable<long>> BlocksAsync() =>
            (await store.Projections.LoadAsync([alice.Id, bob.Id], CancellationToken.None)).Select(account => account.PreviousBlock);
    }

    private static AccountState Account(string holder) =>
        new() { Id = LedgerId.ForAccount("acme", holder, "CREDIT"), Tenant = "acme", Holder = holder, Asset = "CREDIT", Sequence = 1 };
}
