using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing.Servers;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Tests;

public sealed class StorageTests(MongoServer mongo)
{
    [Fact]
    public async Task The_real_storage_tells_its_time()
    {
        using var real = await RealStore.StartAsync(mongo, await mongo.CreateDatabaseAsync("clock"));

        var told = await real.Blocks.ReadClockAsync(CancellationToken.None);

        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(told!.Value) - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(-10), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task What_an_account_owes_and_what_has_paid_it_is_in_the_projection()
    {
        using var real = await RealStore.StartAsync(mongo, await mongo.CreateDatabaseAsync("debts"));
        var (account, purchase) = (Guid.Empty, Guid.NewGuid());
        DebtState? owed;
        await using (var host = await EngineHost.StartAsync(real.Blocks, real.Projections))
        {
            account = await host.OpenAsync("ann");
            var clearing = Ask.To(SystemAccount.StripeClearing);
            await host.DoAsync(Ask.Move(clearing, Ask.To(account), 100, purchase, TransferKind.Purchase));
            await host.DoAsync(Ask.Move(Ask.To(account), Ask.To(SystemAccount.Revenue), 100));
            await host.DoAsync(Ask.TakeBack(purchase, 100));
            await host.DoAsync(Ask.Grant(account, 30, promotional: true) with { Debt = GrantDebt.Always });
            owed = (await host.AccountAsync(account)).Debt;
        }

        var stored = Assert.Single(await real.Projections.LoadAsync([account], CancellationToken.None));

        Assert.Equal((70, 30), (stored.Debt!.Amount, Assert.Single(stored.Debt.Drawn).Amount));
        Assert.Equal(owed, stored.Debt);
        await using var again = await EngineHost.StartAsync(real.Blocks, real.Projections);
        await again.DoAsync(Ask.TakeBack(purchase, 0));
        Assert.Equal((30, 0), ((await again.AccountAsync(account)).Lots.Sum(lot => lot.Remaining), (await again.AccountAsync(account)).Owed));
    }

    [Fact]
    public void No_connection_string_makes_a_decision_depend_on_a_secondary_or_on_what_may_be_rolled_back()
    {
        using var client = new MongoClient("mongodb://127.0.0.1:1/?readPreference=secondaryPreferred&readConcernLevel=local&w=1");
        var settings = LedgerDatabase.Pinned<MongoDB.Bson.BsonDocument>(client.GetDatabase("ledger"), "accounts").Settings;

        Assert.Equal((ReadPreference.Primary, ReadConcern.Majority, WriteConcern.WMajority), (settings.ReadPreference, settings.ReadConcern, settings.WriteConcern));
    }
}
