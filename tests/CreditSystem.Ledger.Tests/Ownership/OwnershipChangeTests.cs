using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Projection.Ids;
using CreditSystem.Ledger.Projection.ResumePoints;
using CreditSystem.Ledger.Testing;
using CreditSystem.Ledger.Verification;

namespace CreditSystem.Ledger.Tests.Ownership;

/// <summary>A partition that goes from one replica to another, or is owned by two for a while.</summary>
public sealed class OwnershipChangeTests
{
    private readonly InMemoryBlockStore store = new();

    [Fact]
    public async Task Handed_over_under_load_no_request_fails_and_nothing_is_lost_or_doubled()
    {
        await using var replicas = await Replicas.StartAsync(store, count: 3);
        await replicas.OwnAsync(0);
        var alice = await replicas[0].OpenAsync("alice", 100_000);
        var bob = await replicas[0].OpenAsync("bob");
        using var stop = new CancellationTokenSource();

        var clients = Enumerable.Range(0, 12).Select(client => MoveUntilAsync(replicas[client % 3], alice, bob, stop.Token)).ToList();
        for (var i = 1; i <= 20; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            await replicas.OwnAsync(i % 3);
        }
        await stop.CancelAsync();
        var moved = (await Task.WhenAll(clients)).Sum();

        Assert.True(moved > 20);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 3).Select(i => replicas[i].PostedAsync(bob))), posted =>
            Assert.Equal(moved, posted));
        Assert.True((await replicas[1].Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
        Assert.True((await ChainVerifier.VerifyAsync(store, 0, 1, CancellationToken.None)).Intact);
    }

    [Fact]
    public async Task Of_two_owners_one_gives_up_and_sends_to_the_other()
    {
        await using var replicas = await Replicas.StartAsync(store);
        await replicas.OwnAsync(0);
        var alice = await replicas[0].OpenAsync("alice", 100_000);
        var bob = await replicas[0].OpenAsync("bob");
        var lost = 0;
        foreach (var replica in new[] { replicas[0], replicas[1] })
            replica.Partition.OnOwnershipLost = () => Interlocked.Increment(ref lost);
        // As after a pause: the first still believes that it is the owner.
        replicas[1].Partition.TakeOwnership();

        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 8).Select(client => MoveUntilAsync(replicas[client % 2], alice, bob, stop.Token)).ToList();
        await WaitUntil.TrueAsync(() => Volatile.Read(ref lost) > 0);
        await stop.CancelAsync();
        var moved = (await Task.WhenAll(clients)).Sum();

        Assert.Equal(moved, await replicas[0].PostedAsync(bob));
        Assert.Equal(1, lost);
        Assert.Equal(1, replicas[0].Partition.Tenure.Lost + replicas[1].Partition.Tenure.Lost);
        Assert.NotEqual(replicas[0].Partition.IsOwned, replicas[1].Partition.IsOwned);
        Assert.True((await ChainVerifier.VerifyAsync(store, 0, 1, CancellationToken.None)).Intact);
    }

    [Fact]
    public async Task An_owner_that_was_paused_in_its_insert_loses_nothing_and_gives_up()
    {
        await using var replicas = await Replicas.StartAsync(store);
        await replicas.OwnAsync(0);
        var alice = await replicas[0].OpenAsync("alice", 100);
        var bob = await replicas[0].OpenAsync("bob");
        var (paused, resume) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.BeforeAppend = async _ =>
        {
            if (paused.TrySetResult())
                await resume.Task;
        };

        var late = replicas[0].DoAsync(Ask.Move(alice, bob, 80));
        await paused.Task;
        replicas[1].Partition.TakeOwnership();
        for (var i = 0; i < 5; i++)
            Assert.True((await replicas[1].DoAsync(Ask.Move(alice, bob, 10))).Accepted);
        resume.SetResult();

        Assert.Equal(RejectionCode.InsufficientFunds, (await late).Rejection?.Code);
        Assert.False(replicas[0].Partition.IsOwned);
        Assert.Equal(new PartitionTenure(Since: null, Taken: 1, Lost: 1), replicas[0].Partition.Tenure);
        Assert.Equal(new PartitionTenure(replicas[1].Partition.Tenure.Since, Taken: 1, Lost: 0), replicas[1].Partition.Tenure);
        Assert.NotNull(replicas[1].Partition.Tenure.Since);
        Assert.Equal((50, 50), (await replicas[0].PostedAsync(alice), await replicas[0].PostedAsync(bob)));
    }

    [Fact]
    public async Task A_new_owner_that_meets_the_last_block_of_the_one_before_stays_the_owner()
    {
        await using var replicas = await Replicas.StartAsync(store);
        await replicas.OwnAsync(0);
        var alice = await replicas[0].OpenAsync("alice", 100);
        var bob = await replicas[0].OpenAsync("bob");
        var (paused, resume) = (new TaskCompletionSource(), new TaskCompletionSource());
        var moved = Ask.Move(alice, bob, 1);
        store.BeforeAppend = async block =>
        {
            if (!block.ReadRecords().Any(record => record.Command.Id == moved.Id) && paused.TrySetResult())
                await resume.Task;
        };
        replicas[1].Partition.TakeOwnership();
        var second = replicas[1].DoAsync(Ask.Move(alice, bob, 2));
        await paused.Task;
        await replicas[0].DoAsync(moved);
        resume.SetResult();

        Assert.True((await second).Accepted);
        Assert.True(replicas[1].Partition.IsOwned);
        Assert.Equal(3, await replicas[1].PostedAsync(bob));
    }

    [Fact]
    public async Task Only_the_owner_writes_the_projection_and_the_others_forget_by_it()
    {
        await using var replicas = new Replicas();
        await replicas.AddAsync(store, store.Projections, Small);
        await replicas.AddAsync(store, new ReadOnlyProjections(store.Projections), Small);
        await replicas.OwnAsync(0);
        var accounts = new List<Guid>();
        for (var i = 0; i < 60; i++)
        {
            accounts.Add(await replicas[1].OpenAsync($"u{i}", 10));
            Assert.Equal(10, await replicas[1].PostedAsync(accounts[i]));
            if (i % 10 == 9)
                await WaitUntil.TrueAsync(() => replicas[1].Partition.Status.Unprojected == 0);
        }

        Assert.InRange(replicas[1].Partition.Status.AccountsInMemory, 1, 40);
        foreach (var account in accounts)
            Assert.Equal(10, await replicas[1].PostedAsync(account));

        static void Small(LedgerOptions options) =>
            (options.CheckpointIntervalMilliseconds, options.MaxAccountsInMemory) = (50, 30);
    }

    private static async Task<int> MoveUntilAsync(EngineHost replica, Guid from, Guid to, CancellationToken stop)
    {
        var moved = 0;
        for (; !stop.IsCancellationRequested; moved++)
            Assert.True((await replica.DoAsync(Ask.Move(from, to, 1))).Accepted);
        return moved;
    }

    private sealed class ReadOnlyProjections(InMemoryProjectionStore store) : IProjectionStore
    {
        public Task<IReadOnlyList<AccountState>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
            store.LoadAsync(ids, cancellationToken);

        public Task SaveAsync(int partition, ChangedAccounts changed, CancellationToken cancellationToken) => throw NotOwner();

        public Task<ProjectionMark> MarkAsync(int partition, CancellationToken cancellationToken) =>
            store.MarkAsync(partition, cancellationToken);

        public Task AddAsync(IReadOnlyList<ListChunk> chunks, CancellationToken cancellationToken) => throw NotOwner();

        public Task<IReadOnlyList<ListChunk>> ListAsync(Guid term, long before, int limit, CancellationToken cancellationToken) =>
            store.ListAsync(term, before, limit, cancellationToken);

        public Task WriteAsync(IReadOnlyList<StatusRow> added, IReadOnlyList<StatusRow> removed, CancellationToken cancellationToken) =>
            throw NotOwner();

        public Task<IReadOnlyList<StatusRow>> StatusesAsync(
            Guid term, StatusPosition before, long from, int limit, CancellationToken cancellationToken) =>
            store.StatusesAsync(term, before, from, limit, cancellationToken);

        public Task<IReadOnlyList<StatusRow>> FindAsync(IReadOnlyCollection<StatusRow> keys, CancellationToken cancellationToken) =>
            store.FindAsync(keys, cancellationToken);

        public Task BeginRebuildAsync(int partition, long rebuilds, CancellationToken cancellationToken) => throw NotOwner();

        public Task<IReadOnlyList<AccountState>> DueAsync(int partition, long now, int limit, CancellationToken cancellationToken) =>
            store.DueAsync(partition, now, limit, cancellationToken);

        public Task AddAsync(IReadOnlyList<EntryChunk> chunks, CancellationToken cancellationToken) => throw NotOwner();

        public Task<IReadOnlyList<EntryChunk>> EntriesAsync(Guid account, long first, long last, CancellationToken cancellationToken) =>
            store.EntriesAsync(account, first, last, cancellationToken);

        public Task AddPageAsync(AccountDelta delta, int page, byte[] content, CancellationToken cancellationToken) => throw NotOwner();

        public Task AddAsync(AccountDelta delta, CancellationToken cancellationToken) => throw NotOwner();

        public Task<IReadOnlyList<AccountDelta>> DeltasAsync(int partition, long after, CancellationToken cancellationToken) =>
            store.DeltasAsync(partition, after, cancellationToken);

        public Task<byte[]?> PageAsync(AccountDelta delta, int page, CancellationToken cancellationToken) =>
            store.PageAsync(delta, page, cancellationToken);

        public Task DropPagesAsync(int partition, long last, CancellationToken cancellationToken) => throw NotOwner();

        public Task<IdSegment?> SegmentAsync(int partition, long after, CancellationToken cancellationToken) =>
            store.SegmentAsync(partition, after, cancellationToken);

        public Task<IdSegment> AddAsync(IdSegment segment, CancellationToken cancellationToken) => throw NotOwner();

        public Task<StoredIdTable?> TableAsync(int partition, long after, CancellationToken cancellationToken) =>
            store.TableAsync(partition, after, cancellationToken);

        public Task AddAsync(StoredIdTable table, CancellationToken cancellationToken) => throw NotOwner();

        private static InvalidOperationException NotOwner() => new("Not the owner.");
    }
}
