using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>Proof 7: a storage that fails before the write, after it, and without saying which.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Clients_that_retry_with_the_same_key_get_each_transfer_exactly_once_whatever_the_storage_does()
    {
        for (var run = 0; run < 3 * Proof.Factor; run++)
        {
            var random = new Random(Proof.Seed(nameof(FaultTests)) + run);
            var store = new InMemoryBlockStore();
            await using var first = await EngineHost.StartAsync(store, configure: Impatient);
            await using var second = await EngineHost.StartAsync(store, configure: Impatient);
            var accounts = new List<Guid>();
            for (var i = 0; i < 4; i++)
                accounts.Add(await first.OpenAsync($"u{i}", 1000));
            store.OnAppend = _ =>
            {
                lock (random)
                    return random.Next(100) switch { < 15 => Fault.BeforeWrite, < 30 => Fault.AfterWrite, _ => Fault.None };
            };

            var moves = Enumerable.Range(0, 60).Select(i => Ask.Move(accounts[i % 4], accounts[(i + 1 + i / 7 % 3) % 4], 1 + i % 9)).ToList();
            var outcomes = await Task.WhenAll(moves.Select((move, i) => UntilAnsweredAsync(i % 2 == 0 ? [first, second] : [second, first], move)));

            store.OnAppend = _ => Fault.None;
            var log = store.Blocks(0).SelectMany(block => block.ReadRecords()).ToLookup(record => record.Command.Id);
            foreach (var (move, outcome) in moves.Zip(outcomes))
                Assert.Equal(outcome.Accepted, Assert.Single(log[move.Id]).Accepted);
            var balances = await Task.WhenAll(accounts.Select(first.PostedAsync));
            Assert.Equal(4000, balances.Sum());
            Assert.Equal(Expected(accounts, outcomes), balances);
            Assert.True((await first.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
        }
    }

    [Fact]
    public async Task An_insert_that_never_answers_is_neither_success_nor_failure_and_a_retry_finds_out()
    {
        var store = new InMemoryBlockStore();
        await using var host = await EngineHost.StartAsync(store, configure: options => options.CommitTimeoutSeconds = 1);
        var alice = await host.OpenAsync("alice", 100);
        var bob = await host.OpenAsync("bob");
        store.OnAppend = _ => Fault.AfterWrite;
        var move = Ask.Move(alice, bob, 10);

        // Each attempt is told nothing; reading the log tells that the first one has written.
        var outcome = await host.DoAsync(move);

        Assert.True(outcome.Accepted);
        Assert.Single(store.Blocks(0).SelectMany(block => block.ReadRecords()), record => record.Command.Id == move.Id);

        store.OnAppend = _ => Fault.BeforeWrite;
        var next = Ask.Move(alice, bob, 10);
        var unavailable = await Assert.ThrowsAsync<LedgerUnavailableException>(() => host.DoAsync(next));
        Assert.Equal(LedgerUnavailableReason.Storage, unavailable.Reason);
        store.OnAppend = _ => Fault.None;
        Assert.True((await host.DoAsync(next)).Accepted);
        Assert.Equal(80, await host.PostedAsync(alice));
    }

    [Fact]
    public async Task More_than_the_queue_holds_is_refused_and_not_written()
    {
        var store = new InMemoryBlockStore();
        await using var host = await EngineHost.StartAsync(store, configure: options => options.QueueCapacity = 10);
        var alice = await host.OpenAsync("alice", 100);
        var bob = await host.OpenAsync("bob");
        var release = new TaskCompletionSource();
        store.BeforeAppend = _ => release.Task;

        var waiting = Enumerable.Range(0, 30).Select(_ => Ask.Move(alice, bob, 1)).Select(move => (move, Outcome: Task.Run(() => host.DoAsync(move)))).ToList();
        var refused = waiting.Where(one => one.Outcome.IsFaulted);
        while (waiting.Count(one => one.Outcome.IsFaulted) < 20)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        release.SetResult();
        await Task.WhenAll(waiting.Select(one => one.Outcome.ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default)));

        Assert.All(refused, one => Assert.Equal(LedgerUnavailableReason.QueueFull, Assert.IsType<LedgerUnavailableException>(one.Outcome.Exception!.InnerException).Reason));
        Assert.Equal(90, await host.PostedAsync(alice));
        var log = store.Blocks(0).SelectMany(block => block.ReadRecords()).Select(record => record.Command.Id).ToHashSet();
        Assert.All(refused, one => Assert.DoesNotContain(one.move.Id, log));
    }

    private static void Impatient(CreditSystem.Ledger.LedgerOptions options) => options.CommitTimeoutSeconds = 1;

    private static async Task<LedgerRecord> UntilAnsweredAsync(EngineHost[] replicas, Command command)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await replicas[attempt % 2].DoAsync(command);
            }
            catch (LedgerUnavailableException) when (attempt < 50)
            {
                // What a client does on 503: the same request with the same key, to whichever replica answers.
            }
        }
    }

    private static List<long> Expected(List<Guid> accounts, LedgerRecord[] outcomes) =>
        [.. accounts.Select(account => 1000 + outcomes.SelectMany(outcome => outcome.Postings).SelectMany(posting => posting.Entries).Where(entry => entry.Account == account).Sum(entry => entry.Amount))];
}
