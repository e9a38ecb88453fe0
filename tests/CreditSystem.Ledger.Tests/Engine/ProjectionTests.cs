using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>What is written behind the log may be lost in any part and at any time.</summary>
public sealed class ProjectionTests
{
    private readonly InMemoryBlockStore store = new();

    [Fact]
    public async Task Without_the_accounts_and_after_a_restart_all_balances_are_the_same()
    {
        var (accounts, before) = await FilledAsync();

        store.Projections.Accounts.Clear();
        await using var host = await EngineHost.StartAsync(store);

        Assert.Equal(before, await BalancesAsync(host, accounts));
        Assert.True((await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task With_accounts_of_an_old_backup_all_balances_are_the_same()
    {
        var (accounts, _) = await FilledAsync();
        var (old, saved) = (store.Projections.Accounts.ToArray(), store.Projections.Saved[0]);
        await using (var writer = await EngineHost.StartAsync(store))
            for (var i = 0; i < 5; i++)
                await writer.DoAsync(Ask.Move(accounts[0], accounts[1], 7));

        store.Projections.Accounts.Clear();
        foreach (var (id, account) in old)
            store.Projections.Accounts[id] = account;
        store.Projections.Saved[0] = saved;
        await using var host = await EngineHost.StartAsync(store);

        Assert.Equal(-35, await host.PostedAsync(accounts[0]) - old.Single(one => one.Key == accounts[0]).Value.Account.Posted);
        Assert.True((await host.DoAsync(Ask.Move(accounts[1], accounts[0], 1))).Accepted);
        Assert.True((await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task A_start_behind_a_checkpoint_reads_neither_the_old_blocks_nor_all_accounts_and_knows_every_key()
    {
        var moves = new List<Transfer>();
        var (accounts, before) = await FilledAsync(moves);
        var head = store.Blocks(0).Count();

        await using var host = await EngineHost.StartAsync(store);
        var retried = await host.Ledger.ExecuteAsync(moves[3]);

        Assert.Equal(head, host.Partition.Status.ResumedAfter);
        Assert.True(host.Partition.Status.AccountsInMemory < accounts.Count);
        Assert.True(retried!.Value.Replayed);
        Assert.Equal(before, await BalancesAsync(host, accounts));
        Assert.Equal(head, store.Blocks(0).Count());
    }

    [Fact]
    public async Task Without_the_ids_a_start_reads_the_log_and_a_key_is_known_all_the_same()
    {
        var moves = new List<Transfer>();
        var (accounts, before) = await FilledAsync(moves);

        store.Projections.LoseSegments();
        await using var host = await EngineHost.StartAsync(store);

        Assert.Equal(0, host.Partition.Status.ResumedAfter);
        Assert.True((await host.Ledger.ExecuteAsync(moves[0]))!.Value.Replayed);
        Assert.Equal(before, await BalancesAsync(host, accounts));
    }

    [Fact]
    public async Task Cold_accounts_leave_memory_and_come_back_when_they_are_needed()
    {
        await using var host = await EngineHost.StartAsync(store, configure: Small);
        var accounts = await OpenAsync(host, 40);

        for (var i = 0; i < 40; i++)
            Assert.True((await host.DoAsync(Ask.Move(accounts[i], accounts[(i + 17) % 40], 10))).Accepted);

        await EvictedAsync(host);
        Assert.All(await BalancesAsync(host, accounts), balance => Assert.Equal(1000, balance));
        Assert.True(store.Projections.Loads > 0);
        Assert.True((await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task An_account_that_is_lost_while_it_is_out_of_memory_is_worked_out_again_and_never_opened_twice()
    {
        await using var host = await EngineHost.StartAsync(store, configure: Small);
        var accounts = await OpenAsync(host, 40);
        await host.DoAsync(Ask.Move(accounts[38], accounts[39], 1));
        await EvictedAsync(host);
        Assert.Null(host.Partition.AccountInMemory(accounts[0]));

        store.Projections.Accounts.Clear();
        var again = await host.DoAsync(Ask.Open("u0"));
        store.Projections.Accounts.Clear();

        Assert.Equal(RejectionCode.AccountExists, again.Rejection?.Code);
        Assert.Equal(1000, await host.PostedAsync(accounts[5]));
        Assert.True((await host.DoAsync(Ask.Move(accounts[6], accounts[0], 10))).Accepted);
        Assert.Equal(1010, await host.PostedAsync(accounts[0]));
    }

    [Fact]
    public async Task Holds_and_reversals_go_on_after_a_restart_where_they_were()
    {
        Guid alice, bob;
        PlaceHold hold;
        Transfer move;
        await using (var first = await EngineHost.StartAsync(store))
        {
            (alice, bob) = (await first.OpenAsync("alice", 1000), await first.OpenAsync("bob"));
            hold = Ask.Hold(alice, Ask.To(bob), 100, TimeProvider.System.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds());
            move = Ask.Move(alice, bob, 50);
            await first.DoAsync(hold);
            await first.DoAsync(Ask.Capture(hold.Id, 30, final: false));
            await first.DoAsync(move);
            await first.DoAsync(Ask.Reverse(move.Id, 20));
        }

        await using var second = await EngineHost.StartAsync(store);

        Assert.Equal(31, (await second.DoAsync(Ask.Reverse(move.Id, 31))).Rejection?.Required);
        Assert.True((await second.DoAsync(Ask.Reverse(move.Id))).Accepted);
        Assert.Equal(70, (await second.DoAsync(Ask.Capture(hold.Id, 71))).Rejection?.Available);
        Assert.True((await second.DoAsync(Ask.Capture(hold.Id))).Accepted);
        Assert.Equal(HoldStatus.Captured, (await second.DoAsync(Ask.VoidHold(hold.Id))).Rejection?.State);
        Assert.Equal((900, 100), (await second.PostedAsync(alice), await second.PostedAsync(bob)));
    }

    [Fact]
    public async Task A_refused_first_transfer_to_a_system_account_leaves_no_account_that_the_log_does_not_know()
    {
        await using var host = await EngineHost.StartAsync(store);
        var alice = await host.OpenAsync("alice", 10);

        Assert.False((await host.DoAsync(Ask.Move(Ask.To(alice), Ask.To(SystemAccount.Revenue), 11))).Accepted);
        Assert.True((await host.DoAsync(Ask.Move(Ask.To(alice), Ask.To(SystemAccount.Revenue), 10))).Accepted);
        await using var replica = await EngineHost.StartAsync(store, new InMemoryProjectionStore());

        Assert.Equal(10, await replica.PostedAsync(LedgerId.ForSystemAccount(Ask.Tenant, SystemAccount.Revenue, Ask.Asset)));
    }

    [Fact]
    public async Task Two_replicas_that_sweep_at_once_post_each_expiry_once()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var first = await EngineHost.StartAsync(store, time: time);
        await using var second = await EngineHost.StartAsync(store, time: time);
        var accounts = await OpenAsync(first, 5);
        var expiresAt = time.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds();
        foreach (var account in accounts)
        {
            Assert.True((await first.DoAsync(Ask.Grant(account, 100, expiresAt))).Accepted);
            Assert.True((await first.DoAsync(Ask.Hold(account, Ask.To(SystemAccount.Revenue), 40, expiresAt))).Accepted);
        }
        await second.Partition.SynchronizeAsync();

        time.Advance(TimeSpan.FromMinutes(6));
        var swept = await Task.WhenAll(Sweeper(first, time).SweepAsync(first.Partition, CancellationToken.None), Sweeper(second, time).SweepAsync(second.Partition, CancellationToken.None));

        Assert.True(swept.Sum() >= accounts.Count);
        var expired = store.Blocks(0).SelectMany(block => block.ReadRecords()).Where(record => record.Command is ExpireLot or ExpireHold).ToList();
        Assert.Equal(10, expired.Count);
        Assert.Equal(10, expired.Select(record => record.Command.Id).Distinct().Count());
        Assert.Equal(500, await second.PostedAsync(LedgerId.ForSystemAccount(Ask.Tenant, SystemAccount.Breakage, Ask.Asset)));
        Assert.All(await BalancesAsync(first, accounts), balance => Assert.Equal(1000, balance));
        Assert.Equal(0, await Sweeper(first, time).SweepAsync(first.Partition, CancellationToken.None));
    }

    private static ExpirySweeper Sweeper(EngineHost host, TimeProvider time) => new(
        host.Ledger, Microsoft.Extensions.Options.Options.Create(new LedgerOptions()), time, Microsoft.Extensions.Logging.Abstractions.NullLogger<ExpirySweeper>.Instance);

    // Checkpoints are written in the background, and what is written can leave memory at the next turn of the loop.
    private static async Task EvictedAsync(EngineHost host)
    {
        while (host.Partition.Status.AccountsInMemory > 30)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
            await host.Partition.SynchronizeAsync();
        }
    }

    private static void Small(LedgerOptions options) => (options.MaxAccountsInMemory, options.CheckpointTailRecords) = (10, 1);

    private async Task<(List<Guid> Accounts, List<long> Balances)> FilledAsync(List<Transfer>? moves = null)
    {
        await using var host = await EngineHost.StartAsync(store);
        var accounts = await OpenAsync(host, 12);
        for (var i = 0; i < 30; i++)
        {
            var move = Ask.Move(accounts[i % 12], accounts[(i * 5 + 1) % 12], 1 + i);
            moves?.Add(move);
            await host.DoAsync(move);
        }
        return (accounts, await BalancesAsync(host, accounts));
    }

    private static async Task<List<Guid>> OpenAsync(EngineHost host, int count)
    {
        var accounts = new List<Guid>();
        for (var i = 0; i < count; i++)
            accounts.Add(await host.OpenAsync($"u{i}", 1000));
        return accounts;
    }

    private static async Task<List<long>> BalancesAsync(EngineHost host, List<Guid> accounts)
    {
        var balances = new List<long>();
        foreach (var account in accounts)
            balances.Add(await host.PostedAsync(account));
        return balances;
    }
}
