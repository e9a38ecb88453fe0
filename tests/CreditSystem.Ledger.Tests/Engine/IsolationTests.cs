using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>What one command, one account or one tenant does wrong is nobody else's trouble.</summary>
public sealed class IsolationTests
{
    private readonly InMemoryBlockStore store = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_hold_for_another_account_that_expires_keeps_neither_its_payer_nor_anybody_else_waiting()
    {
        await using var host = await EngineHost.StartAsync(store, time: time);
        var (alice, bob, carol) = (await host.OpenAsync("alice", 1000), await host.OpenAsync("bob"), await host.OpenAsync("carol", 1000));
        var holds = Enumerable.Range(0, 3).Select(_ => Ask.Hold(alice, Ask.To(bob), 100, time.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds())).ToList();
        foreach (var hold in holds)
            Assert.True((await host.DoAsync(hold)).Accepted);
        time.Advance(TimeSpan.FromMinutes(2));

        var outcomes = await TogetherAsync(host, [Ask.Move(alice, bob, 1000), Ask.Move(carol, bob, 10), Ask.Capture(holds[0].Id)]);

        Assert.True((await outcomes[0]).Accepted);
        Assert.True((await outcomes[1]).Accepted);
        Assert.Equal(HoldStatus.Expired, (await outcomes[2]).Rejection?.State);
        Assert.Equal((0, 1010), (await host.PostedAsync(alice), await host.PostedAsync(bob)));
        Assert.Equal(0, await Sweeper(host).SweepAsync(host.Partition, CancellationToken.None));
    }

    [Fact]
    public async Task A_command_that_cannot_be_decided_fails_alone_and_is_logged_by_name()
    {
        var log = new Records();
        await using var host = await EngineHost.StartAsync(store, logger: log);
        var (alice, bob) = (await host.OpenAsync("alice", 1000), await host.OpenAsync("bob"));
        var failing = new Failing(Guid.NewGuid());

        var outcomes = await TogetherAsync(host, [Ask.Move(alice, bob, 1), failing, Ask.Move(alice, bob, 2), .. Enumerable.Range(0, 30).Select(_ => Ask.Move(alice, bob, 1))]);

        Assert.IsType<CommandFailedException>(outcomes[1].Exception?.InnerException);
        outcomes.RemoveAt(1);
        Assert.All(await Task.WhenAll(outcomes), outcome => Assert.True(outcome.Accepted));
        Assert.Equal(33, await host.PostedAsync(bob));
        var logged = Assert.Single(log.Lines, line => line.StartsWith("3009 ", StringComparison.Ordinal));
        Assert.Contains(failing.Id.ToString(), logged, StringComparison.Ordinal);
        Assert.Contains(Ask.Tenant, logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_settles_every_account_but_the_one_that_cannot_be()
    {
        var accounts = new List<Guid>();
        PlaceHold? first = null;
        await using (var writer = await EngineHost.StartAsync(store, time: time))
        {
            for (var i = 0; i < 5; i++)
            {
                accounts.Add(await writer.OpenAsync($"u{i}", 100));
                var hold = Ask.Hold(accounts[i], Ask.To(SystemAccount.Revenue), 60, time.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds());
                first ??= hold;
                await writer.DoAsync(hold);
            }
        }
        store.Remove(0, store.Blocks(0).First(block => block.ReadRecords().Any(record => record.Command.Id == first!.Id)).Number);
        time.Advance(TimeSpan.FromMinutes(2));
        await using var host = await EngineHost.StartAsync(store, time: time);

        Assert.Equal(4, await Sweeper(host).SweepAsync(host.Partition, CancellationToken.None));

        foreach (var account in accounts.Skip(1))
            Assert.Equal(0, (await host.AccountAsync(account)).Held);
        var damaged = await Assert.ThrowsAsync<LedgerUnavailableException>(() => host.AccountAsync(accounts[0]));
        Assert.Equal(LedgerUnavailableReason.Corrupt, damaged.Reason);
    }

    /// <summary>Commands that come in while a block is being written, so that they are in one block.</summary>
    private async Task<List<Task<LedgerRecord>>> TogetherAsync(EngineHost host, Command[] commands)
    {
        var (writing, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.BeforeAppend = _ =>
        {
            writing.TrySetResult();
            return release.Task;
        };
        var first = host.DoAsync(Ask.Open($"first {commands[0].Id}"));
        await writing.Task;
        var outcomes = commands.Select(host.DoAsync).ToList();
        store.BeforeAppend = _ => Task.CompletedTask;
        release.SetResult();
        await first;
        await Task.WhenAll(outcomes.Select(outcome => outcome.ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default)));
        return outcomes;
    }

    private ExpirySweeper Sweeper(EngineHost host) => new(host.Ledger, Options.Create(new LedgerOptions()), time, NullLogger<ExpirySweeper>.Instance);

    private sealed record Failing(Guid Id) : Command(Id, [], Ask.Tenant, null)
    {
        public override string Name => "failing";

        internal override LedgerRecord Decide(LedgerView view) => throw new NotSupportedException("A fault in a command.");

        internal override void Write(BsonWriter writer) => throw new NotSupportedException("It has no record.");
    }

    private sealed class Records : ILogger<LedgerPartition>
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");
    }
}
