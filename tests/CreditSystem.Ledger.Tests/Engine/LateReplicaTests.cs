using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>Two replicas that both take themselves for the owner: what one of them does late harms nothing.</summary>
public sealed class LateReplicaTests
{
    private readonly InMemoryBlockStore store = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_checkpoint_that_comes_late_puts_no_older_account_in_the_place_of_one_that_was_lost()
    {
        await using var late = await EngineHost.StartAsync(store, time: time);
        var (alice, bob) = (await late.OpenAsync("alice", 100), await late.OpenAsync("bob"));
        await WrittenAsync(late);
        var (saving, save) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.Projections.BeforeSave = () => saving.TrySetResult() ? save.Task : Task.CompletedTask;
        await late.DoAsync(Ask.Move(alice, bob, 1));
        await UntilAsync(late, () => saving.Task.IsCompleted);

        Assert.Equal((89, 11), await OvertakenAsync(late, alice, bob, save));
    }

    [Fact]
    public async Task A_checkpoint_whose_entries_took_long_puts_no_older_account_in_the_place_of_one_that_was_lost()
    {
        await using var late = await EngineHost.StartAsync(store, time: time);
        var (writing, write) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.Projections.BeforeEntries = () => writing.TrySetResult() ? write.Task : Task.CompletedTask;
        var (alice, bob) = (await late.OpenAsync("alice", 100), await late.OpenAsync("bob"));
        await UntilAsync(late, () => writing.Task.IsCompleted);

        Assert.Equal((90, 10), await OvertakenAsync(late, alice, bob, write));
    }

    [Fact]
    public async Task Accounts_that_are_read_together_are_of_one_block_also_where_one_comes_from_a_later_checkpoint()
    {
        var writer = await EngineHost.StartAsync(store, time: time);
        var accounts = new List<Guid>();
        for (var i = 0; i < 6; i++)
            accounts.Add(await writer.OpenAsync($"u{i}", 100));
        await WrittenAsync(writer);
        await using var reader = await EngineHost.StartAsync(
            store, time: time, configure: options => (options.MaxAccountsInMemory, options.RecoveryPageBlocks) = (4, 5));
        var (cold, warm) = (accounts[0], accounts[5]);
        Assert.Equal(200, await SumAsync());

        // A page of blocks after which the cold account leaves memory, and one that has it again.
        for (var i = 1; i < 5; i++)
            await writer.DoAsync(Ask.Move(accounts[i], accounts[i + 1], 1));
        await writer.DoAsync(Ask.Move(warm, accounts[4], 1));
        await writer.DoAsync(Ask.Move(accounts[4], cold, 1));
        var isLater = false;
        store.Projections.BeforeLoad = async ids =>
        {
            if (isLater || !ids.Contains(cold))
                return;
            isLater = true;
            await writer.DoAsync(Ask.Move(warm, cold, 5));
            await writer.DisposeAsync();
        };

        Assert.Equal(201, await SumAsync());
        Assert.True(isLater);

        async Task<long> SumAsync() => (await reader.Partition.SnapshotAsync([cold, warm])).Sum(account => account!.Posted);
    }

    /// <summary>Another replica moves 10 and writes it, one account is lost, and the late one goes on.</summary>
    /// <returns>What a third one knows then.</returns>
    private async Task<(long From, long To)> OvertakenAsync(EngineHost late, Guid from, Guid to, TaskCompletionSource goOn)
    {
        await using (var other = await EngineHost.StartAsync(store, time: time))
            await other.DoAsync(Ask.Move(from, to, 10));
        Assert.Equal(store.Blocks(0).Count(), store.Projections.Saved[0]);
        Assert.True(store.Projections.Accounts.TryRemove(from, out _));
        goOn.SetResult();
        await UntilAsync(late, () => late.Partition.Status.Unprojected == 0);
        await using var third = await EngineHost.StartAsync(store, time: time);
        return (await third.PostedAsync(from), await third.PostedAsync(to));
    }

    private Task WrittenAsync(EngineHost host) => UntilAsync(host, () => store.Projections.Saved.GetValueOrDefault(0) == store.Blocks(0).Count());

    // The log has been quiet for long enough.
    private async Task UntilAsync(EngineHost host, Func<bool> condition)
    {
        while (!condition())
        {
            time.Advance(TimeSpan.FromSeconds(6));
            await host.Partition.SynchronizeAsync();
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
