using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CreditSystem.Ledger.Verification;

namespace CreditSystem.Api.Tests.Ledger;

/// <summary>Verification goes on where it stopped, is shared, holds one page, and forgets nothing that it has found.</summary>
public sealed class VerificationTests
{
    private readonly InMemoryBlockStore store = new();

    [Fact]
    public async Task Reads_only_what_is_new_also_after_a_restart()
    {
        await using (var host = await FilledAsync(moves: 40))
            Assert.Equal(42, (await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None)).Blocks);

        await using var restarted = await StartAsync();
        var bob = await restarted.OpenAsync("bob");
        var before = store.Reads;
        var report = await restarted.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);
        var invariants = await restarted.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None);

        Assert.Equal((true, 43L, 1), (report.Intact, report.Blocks, store.Reads - before));
        Assert.Equal((true, 43L, 4L), (invariants.Holds, invariants.Block, invariants.Accounts));
        Assert.NotEqual(Guid.Empty, bob);
    }

    [Fact]
    public async Task Serves_all_who_ask_with_one_pass()
    {
        await using var host = await FilledAsync(moves: 300);
        await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);
        var before = store.Reads;

        var full = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None, full: true)));

        Assert.All(full, report => Assert.Equal((true, 302L), (report.Intact, report.Blocks)));
        // Requests too late for the first reading share the second.
        Assert.InRange(store.Reads - before, 302, 2 * 302);
    }

    [Fact]
    public async Task Has_at_most_a_page_of_a_log_with_large_blocks_in_memory()
    {
        await using var host = await FilledAsync(moves: 0);
        var last = store.Blocks(0).Last();
        var large = new byte[3 * 1024 * 1024];
        var open = Ask.Open("large");
        for (var i = 0; i < 12; i++)
        {
            // Nothing decodes them: what is bounded is what is read.
            last = Block.Seal(0, last.Number + 1, last.At, last.Rules, last.Hash, large);
            store.Put(last);
        }

        var report = await ChainVerifier.VerifyAsync(new Relay(store), 0, 3, CancellationToken.None);

        Assert.Equal(3, report.BrokenBlock);
        Assert.InRange(store.LargestPage, large.Length, BlockPages.MaxBytes + large.Length);
        Assert.NotNull(open);
    }

    [Fact]
    public async Task Keeps_what_it_has_found_when_it_is_killed_before_it_has_stored_how_far_it_came()
    {
        await using (var host = await FilledAsync(moves: 3))
            await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);
        Forge(entry => entry with { Posted = entry.Posted + 1_000 });
        store.Verification.BeforeMark = () => throw new InvalidOperationException("killed");

        await using (var host = await StartAsync())
            await Assert.ThrowsAsync<InvalidOperationException>(() => host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None));
        store.Verification.BeforeMark = () => { };
        await using var restarted = await StartAsync();
        var report = await restarted.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None);

        var broken = Assert.Single(report.Checks, check => check is { Name: LedgerChecks.Entries, Holds: false });
        Assert.Equal((Ask.Tenant, 6L), (broken.Finding!.Tenant, broken.Finding.Block));
        Assert.NotNull(broken.Finding.Account);
    }

    [Fact]
    public async Task Begins_again_where_its_mark_or_its_accounts_are_lost_or_damaged()
    {
        await using (var host = await FilledAsync(moves: 3))
            await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);

        store.Verification.Marks[0][20] ^= 1;
        await HoldsAsync();
        store.Verification.LoseAccounts();
        await using (var host = await StartAsync())
            await host.OpenAsync("bob", funds: 1);
        await HoldsAsync();

        async Task HoldsAsync()
        {
            await using var host = await StartAsync();
            var report = await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None);
            Assert.True(report.Holds, string.Join('\n', report.Checks));
        }
    }

    [Fact]
    public async Task Says_so_where_the_log_no_longer_has_the_block_that_was_verified()
    {
        await using (var host = await FilledAsync(moves: 3))
            await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);
        store.Remove(0, 5);
        // Its checkpoint went with it.
        store.Projections.LoseSegments();

        await using var restarted = await StartAsync();
        var report = await restarted.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);

        Assert.Equal(5, report.BrokenBlock);
    }

    [Fact]
    public async Task Finds_a_stored_balance_that_was_changed_also_of_an_account_that_nobody_touches()
    {
        Guid alice;
        await using (var host = await StartAsync())
        {
            alice = await host.OpenAsync("alice", funds: 1_000);
            await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);
        }
        var (partition, account) = store.Projections.Accounts[alice];
        store.Projections.Accounts[alice] = (partition, account with { Posted = 1_000_000 });

        await using var restarted = await StartAsync();
        var report = await restarted.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None);

        Assert.Equal(alice, Assert.Single(report.Checks, check => check is { Name: LedgerChecks.Projection, Holds: false }).Finding!.Account);
    }

    [Fact]
    public async Task Finds_a_projected_history_that_is_not_the_logs_until_it_is_gone()
    {
        var alice = LedgerId.ForAccount(Ask.Tenant, "alice", Ask.Asset);
        await using (var host = await FilledAsync(moves: 3))
            await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None);
        var chunks = store.Projections.Chunks.Values.Where(chunk => chunk.Account == alice).ToList();
        foreach (var chunk in chunks)
            store.Projections.Chunks[(alice, chunk.First)] = EntryChunk.Pack(
                alice, [.. chunk.Unpack().Select(entry => entry with { Amount = entry.Amount - 1, Posted = entry.Posted - entry.Sequence })]);

        await using var restarted = await StartAsync();

        var finding = await FindAsync();
        Assert.Equal((alice, true), (finding?.Account, finding?.Detail.StartsWith("the history of", StringComparison.Ordinal)));
        Assert.Equal(alice, (await FindAsync())?.Account);
        store.Projections.Chunks.Clear();
        Assert.Null(await FindAsync());

        async Task<Finding?> FindAsync() =>
            (await restarted.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Checks
                .Single(check => check.Name == LedgerChecks.Projection).Finding;
    }

    private async Task<EngineHost> StartAsync()
    {
        var host = await EngineHost.StartAsync(store, verification: store.Verification);
        await host.Partition.SynchronizeAsync();
        return host;
    }

    /// <summary>One account opened and funded, and then so many transfers.</summary>
    private async Task<EngineHost> FilledAsync(int moves)
    {
        var host = await StartAsync();
        var alice = await host.OpenAsync("alice", funds: 1_000_000);
        for (var i = 0; i < moves; i++)
            await host.DoAsync(Ask.Move(Ask.To(alice), Ask.To(SystemAccount.Revenue), 1));
        return host;
    }

    /// <summary>A block as a faulty program would seal it: the last one again, with other entries.</summary>
    private void Forge(Func<Entry, Entry> change)
    {
        var last = store.Blocks(0).Last();
        var record = last.ReadRecords()[0];
        var forged = record with { Command = record.Command with { Id = Guid.NewGuid() } };
        forged = forged with
        {
            Postings = [.. record.Postings.Select(posting => posting with { Id = forged.Command.Id, Entries = [.. posting.Entries.Select(entry => change(entry with { Sequence = entry.Sequence + 1 }))] })],
        };
        store.Put(Block.Seal(0, last.Number + 1, last.At, last.Rules, last.Hash, RecordWriter.Write([forged])));
    }

    /// <summary>Reads as a server is read.</summary>
    private sealed class Relay(InMemoryBlockStore store) : IBlockStore
    {
        public Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long number, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Block>> ReadPageAsync(int partition, long number, int limit, long maxBytes, CancellationToken cancellationToken) =>
            store.ReadPageAsync(partition, number, limit, maxBytes, cancellationToken);

        public Task<Block?> ReadAsync(int partition, long number, CancellationToken cancellationToken) => store.ReadAsync(partition, number, cancellationToken);

        public Task<int> RulesAsync(int? atLeast, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<long?> ReadClockAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
