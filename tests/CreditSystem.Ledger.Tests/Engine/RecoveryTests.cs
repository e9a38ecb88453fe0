using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>While the log is read, nothing is answered that is not known.</summary>
public sealed class RecoveryTests
{
    private readonly InMemoryBlockStore store = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_rebuild_that_takes_longer_than_a_commit_may_goes_on_and_meanwhile_nothing_is_said_not_to_exist()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var accounts = new List<Guid>();
        for (var i = 0; i < 40; i++)
            accounts.Add(await host.OpenAsync($"u{i}", 100));
        await EvictedAsync(host);
        var (reading, release) = Pause();
        store.Projections.Accounts.Clear();

        var asking = host.Ledger.FindAccountAsync(Ask.Tenant, accounts[0], linearizable: false);
        await reading;
        Assert.Equal(LedgerUnavailableReason.Recovering, await ReasonAsync(() => host.Ledger.FindAccountAsync(Ask.Tenant, accounts[5], linearizable: false)));
        Assert.Equal(LedgerUnavailableReason.Recovering, await ReasonAsync(() => host.Partition.FindRecordAsync(accounts[5], CancellationToken.None).AsTask()));
        while (!asking.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(6));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        Assert.Equal(LedgerUnavailableReason.Recovering, await ReasonAsync(() => asking));
        Assert.Equal(LedgerUnavailableReason.Recovering, await ReasonAsync(() => host.PostedAsync(accounts[5])));
        release.SetResult();

        Assert.Equal(100, await UntilRecoveredAsync(() => host.PostedAsync(accounts[0])));
        Assert.Equal(100, await UntilRecoveredAsync(() => host.PostedAsync(accounts[39])));
    }

    [Fact]
    public async Task A_start_that_cannot_read_the_log_yet_says_so_and_never_that_there_is_no_account()
    {
        Guid alice;
        await using (var writer = await EngineHost.StartAsync(store, time: time))
            alice = await writer.OpenAsync("alice", 100);
        store.Projections.LoseSegments();
        var (reading, release) = Pause();

        await using var host = await EngineHost.StartAsync(store, time: time);
        await reading;
        Assert.Equal(LedgerUnavailableReason.Recovering, await ReasonAsync(() => host.Ledger.FindAccountAsync(Ask.Tenant, alice, linearizable: false)));
        var waiting = host.PostedAsync(alice);
        release.SetResult();

        Assert.Equal(100, await waiting);
    }

    [Fact]
    public async Task A_rebuild_beside_a_checkpoint_that_is_being_written_leaves_no_ids_out()
    {
        var moves = new List<CreditSystem.Ledger.Commands.Transfer>();
        await using (var host = await EngineHost.StartAsync(store, time: time, configure: Small))
        {
            var accounts = new List<Guid>();
            for (var i = 0; i < 40; i++)
                accounts.Add(await host.OpenAsync($"u{i}", 100));
            for (var i = 0; i < 60; i++)
            {
                moves.Add(Ask.Move(accounts[i % 40], accounts[(i + 1) % 40], 1));
                await host.DoAsync(moves[i]);
            }
            await EvictedAsync(host);
            store.Projections.LoseSegments();
            // A checkpoint hangs until the rebuild reads its second page, and that page comes once the checkpoint has ended.
            var (saving, save, saved) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
            store.Projections.BeforeSave = () => saving.TrySetResult() ? save.Task : Task.CompletedTask;
            store.Projections.AfterAdd = () => saved.TrySetResult();
            await host.DoAsync(Ask.Move(accounts[0], accounts[1], 1));
            await CheckpointBegunAsync(host, saving);
            Assert.Null(host.Partition.AccountInMemory(accounts[30]));
            store.BeforeRead = after =>
            {
                if (after != 32)
                    return Task.CompletedTask;
                save.TrySetResult();
                return Task.WhenAny(saved.Task, store.Projections.Cancelled.Task);
            };
            store.Projections.Accounts.Clear();
            Assert.Equal(100, (await host.Ledger.FindAccountAsync(Ask.Tenant, accounts[30], linearizable: false))!.Posted);
            store.BeforeRead = _ => Task.CompletedTask;
        }

        await using var second = await EngineHost.StartAsync(store, time: time);
        foreach (var move in moves)
            Assert.True((await second.Ledger.ExecuteAsync(move))!.Value.Replayed);
        Assert.True((await second.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task A_checkpoint_that_hangs_holds_up_no_read_however_much_waits_for_it()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var alice = await host.OpenAsync("alice", 100);
        var (saving, save) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.Projections.BeforeSave = () => saving.TrySetResult() ? save.Task : Task.CompletedTask;
        time.Advance(TimeSpan.FromSeconds(6));
        await host.DoAsync(Ask.Fund(alice, 11));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => host.OpenAsync($"u{i}")));
        await saving.Task;

        Assert.Equal(111, await host.PostedAsync(alice).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        save.SetResult();
    }

    [Fact]
    public async Task What_a_rebuild_has_cut_off_is_written_later_when_the_rebuild_does_not_come_about()
    {
        Guid alice;
        await using (var host = await EngineHost.StartAsync(store, time: time, configure: Small))
        {
            alice = await host.OpenAsync("alice", 100);
            var accounts = new List<Guid>();
            for (var i = 0; i < 40; i++)
                accounts.Add(await host.OpenAsync($"u{i}", 100));
            await EvictedAsync(host);
            var missing = accounts.First(id => host.Partition.AccountInMemory(id) is null);
            var (saving, save) = (new TaskCompletionSource(), new TaskCompletionSource());
            store.Projections.BeforeSave = () => saving.TrySetResult() ? save.Task : Task.CompletedTask;
            await host.DoAsync(Ask.Fund(alice, 11));
            await CheckpointBegunAsync(host, saving);

            store.Projections.BeforeRebuild = () => throw new TimeoutException("injected");
            Assert.True(store.Projections.Accounts.TryRemove(missing, out var lost));
            await ReasonAsync(() => host.Ledger.FindAccountAsync(Ask.Tenant, missing, linearizable: false));
            Assert.True(store.Projections.Cancelled.Task.IsCompleted);
            store.Projections.Accounts[missing] = lost;
            Assert.Equal(111, await host.PostedAsync(alice));
        }

        await using var second = await EngineHost.StartAsync(store, time: time);
        Assert.Equal(111, await second.PostedAsync(alice));
    }

    private static void Small(LedgerOptions options) => (options.MaxAccountsInMemory, options.CheckpointTailRecords, options.RecoveryStepSeconds) = (10, 1, 3600);

    private (Task Reading, TaskCompletionSource Release) Pause()
    {
        var (reading, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.BeforeRead = after =>
        {
            if (after > 0)
                return Task.CompletedTask;
            reading.TrySetResult();
            return release.Task;
        };
        return (reading.Task, release);
    }

    private static async Task EvictedAsync(EngineHost host)
    {
        while (host.Partition.Status.AccountsInMemory > 30)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
            await host.Partition.SynchronizeAsync();
        }
    }

    // The log has been quiet for long enough.
    private async Task CheckpointBegunAsync(EngineHost host, TaskCompletionSource saving)
    {
        time.Advance(TimeSpan.FromSeconds(6));
        while (!saving.Task.IsCompleted)
        {
            await host.Partition.SynchronizeAsync();
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<LedgerUnavailableReason> ReasonAsync(Func<Task> read) => (await Assert.ThrowsAsync<LedgerUnavailableException>(read)).Reason;

    private static async Task<T> UntilRecoveredAsync<T>(Func<Task<T>> read)
    {
        while (true)
        {
            try
            {
                return await read();
            }
            catch (LedgerUnavailableException unavailable) when (unavailable.Reason == LedgerUnavailableReason.Recovering)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }
    }
}
