using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>A refusal that leaves no trace is in no block, so no number of a block proves that it was decided on the latest state.</summary>
public sealed class UnkeptOutcomeTests
{
    [Fact]
    public async Task Is_decided_again_where_another_replica_has_gone_on_meanwhile()
    {
        var store = new InMemoryBlockStore();
        await using var one = await EngineHost.StartAsync(store);
        await using var other = await EngineHost.StartAsync(store);
        var ann = await one.OpenAsync("ann");
        await other.OpenAsync("bob");
        var purchase = Ask.Move(Ask.To(SystemAccount.StripeClearing), Ask.To(ann), 100, kind: TransferKind.Purchase);
        await one.DoAsync(purchase);

        // This one has seen the log before the purchase, and nothing tells it that there is more.
        var taken = await other.DoAsync(Ask.TakeBack(purchase.Id, 40) with { KeepsOutcome = false });

        Assert.True(taken.Accepted, $"{taken.Rejection}");
        Assert.Equal(60, (await one.AccountAsync(ann)).Posted);
    }

    [Fact]
    public async Task Is_the_same_refusal_where_nothing_has_happened_and_may_be_tried_again()
    {
        var store = new InMemoryBlockStore();
        await using var host = await EngineHost.StartAsync(store);
        var ann = await host.OpenAsync("ann");
        var purchase = Ask.Move(Ask.To(SystemAccount.StripeClearing), Ask.To(ann), 100, kind: TransferKind.Purchase);
        var take = Ask.TakeBack(purchase.Id, 40) with { KeepsOutcome = false };
        var blocks = store.Blocks(0).Count();

        Assert.Equal(RejectionCode.TransferNotFound, (await host.DoAsync(take)).Rejection?.Code);
        Assert.Equal(blocks, store.Blocks(0).Count());

        await host.DoAsync(purchase);
        Assert.True((await host.DoAsync(take)).Accepted);
    }
}
