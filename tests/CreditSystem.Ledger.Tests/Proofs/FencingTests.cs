using CreditSystem.Ledger.Testing;
using CreditSystem.Ledger.Verification;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>Proof 6: two writers on one log, one of them paused at the worst moment.</summary>
public sealed class FencingTests
{
    private readonly InMemoryBlockStore store = new();

    [Fact]
    public async Task A_writer_that_was_paused_before_its_insert_appends_behind_what_others_wrote_meanwhile()
    {
        await using var first = await EngineHost.StartAsync(store);
        await using var second = await EngineHost.StartAsync(store);
        var alice = await first.OpenAsync("alice", 100);
        var bob = await first.OpenAsync("bob");
        var (paused, resume) = (new TaskCompletionSource(), new TaskCompletionSource());
        var head = store.Blocks(0).Count();
        store.BeforeAppend = async block =>
        {
            if (!paused.TrySetResult())
                return;
            await resume.Task;
        };

        var late = first.DoAsync(Ask.Move(alice, bob, 80));
        await paused.Task;
        // Meanwhile the other replica spends what the paused one has counted on.
        for (var i = 0; i < 5; i++)
            Assert.True((await second.DoAsync(Ask.Move(alice, bob, 10))).Accepted);
        resume.SetResult();
        var outcome = await late;

        Assert.Equal(CreditSystem.Ledger.Model.RejectionCode.InsufficientFunds, outcome.Rejection?.Code);
        Assert.Equal(head + 6, outcome.Block);
        Assert.Equal(50, await first.PostedAsync(alice));
        Assert.Equal(50, await second.PostedAsync(bob));
        Assert.Equal(head + 6, store.Blocks(0).Count());
        Assert.True((await first.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None)).Intact);
    }

    [Fact]
    public async Task Two_replicas_under_load_lose_nothing_and_double_nothing()
    {
        await using var first = await EngineHost.StartAsync(store);
        await using var second = await EngineHost.StartAsync(store);
        var accounts = new List<Guid>();
        for (var i = 0; i < 6; i++)
            accounts.Add(await first.OpenAsync($"u{i}", 1000));
        var random = new Random(Proof.Seed(nameof(Two_replicas_under_load_lose_nothing_and_double_nothing)));
        var moves = Enumerable.Range(0, 400).Select(_ => Ask.Move(accounts[random.Next(3)], accounts[3 + random.Next(3)], random.Next(1, 5))).ToList();

        // Every command goes to both replicas: one decides it, the other finds out.
        var outcomes = await Task.WhenAll(moves.SelectMany(move => new[] { first.DoAsync(move), second.DoAsync(move) }));

        foreach (var pair in outcomes.Chunk(2))
            Assert.Equal((pair[0].Block, pair[0].Rejection), (pair[1].Block, pair[1].Rejection));
        var moved = outcomes.Where((_, i) => i % 2 == 0).Where(outcome => outcome.Accepted).Sum(outcome => outcome.Postings[0].Amount);
        foreach (var replica in new[] { first, second })
        {
            var balances = await Task.WhenAll(accounts.Select(replica.PostedAsync));
            Assert.Equal(3000 - moved, balances[..3].Sum());
            Assert.Equal(3000 + moved, balances[3..].Sum());
        }
        Assert.Equal(moves.Count, store.Blocks(0).SelectMany(block => block.ReadRecords()).Count(record => moves.Exists(move => move.Id == record.Command.Id)));
        Assert.True((await second.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
        Assert.True((await ChainVerifier.VerifyAsync(store, 0, 1, CancellationToken.None)).Intact);
    }
}
