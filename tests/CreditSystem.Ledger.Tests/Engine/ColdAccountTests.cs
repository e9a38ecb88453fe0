using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>Accounts that are only read are not in memory; what is kept of them is never older than the log.</summary>
public sealed class ColdAccountTests
{
    private readonly InMemoryBlockStore store = new();

    [Fact]
    public async Task An_account_that_is_only_read_is_read_from_the_projection_once()
    {
        var alice = await OpenAsync("alice");
        await using var host = await EngineHost.StartAsync(store);

        Assert.Equal(100, await host.PostedAsync(alice));
        var loads = store.Projections.Loads;
        Assert.Equal(100, await host.PostedAsync(alice));

        Assert.Equal((1, loads), (loads, store.Projections.Loads));
    }

    [Fact]
    public async Task An_account_that_was_read_then_changed_and_then_left_memory_is_read_again()
    {
        var (alice, others) = (await OpenAsync("alice"), new List<Guid>());
        for (var i = 0; i < 20; i++)
            others.Add(await OpenAsync($"other {i}"));
        await using var host = await EngineHost.StartAsync(
            store, configure: options => (options.MaxAccountsInMemory, options.CheckpointTailRecords) = (1, 1));

        for (var funds = 100; funds < 110; funds++)
        {
            Assert.Equal(funds, await host.PostedAsync(alice));
            await host.DoAsync(Ask.Fund(alice, 1));
            for (var i = 0; host.Partition.AccountInMemory(alice) is not null; i = (i + 1) % others.Count)
                await host.DoAsync(Ask.Fund(others[i], 1));
        }
    }

    private async Task<Guid> OpenAsync(string holder)
    {
        await using var host = await EngineHost.StartAsync(store);
        return await host.OpenAsync(holder, 100);
    }
}
