using CreditSystem.Ledger.Partitions;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Tests.Ledger.Engine;

/// <summary>How far what is written behind the log lags: whoever watches it must see a write that fails.</summary>
public sealed class BacklogTests
{
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
    private readonly InMemoryBlockStore store = new();

    [Fact]
    public async Task Grows_and_ages_while_nothing_can_be_written_and_ends_when_it_can()
    {
        var failures = 0;
        store.Projections.BeforeSave = () =>
        {
            Interlocked.Increment(ref failures);
            throw new TimeoutException("injected");
        };
        await using var host = await EngineHost.StartAsync(store, time: time);
        var backlog = host.Partition.Backlog;

        for (var account = 0; account < 3; account++)
            await host.OpenAsync($"u{account}");
        await PassAsync(() => Volatile.Read(ref failures) < 3);

        Assert.Equal(3, backlog.Records);
        Assert.True(backlog.Age > TimeSpan.FromMinutes(2), $"{backlog.Age}");
        store.Projections.BeforeSave = () => Task.CompletedTask;
        await PassAsync(() => backlog.Records > 0);
        Assert.Equal(TimeSpan.Zero, backlog.Age);
    }

    [Fact]
    public void Keeps_what_comes_while_a_checkpoint_is_written_and_counts_its_age_from_then()
    {
        var backlog = new CheckpointBacklog(time);
        backlog.Add(5);
        time.Advance(TimeSpan.FromSeconds(30));
        backlog.Take();
        time.Advance(TimeSpan.FromSeconds(10));
        backlog.Add(2);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((7, TimeSpan.FromSeconds(43)), (backlog.Records, backlog.Age));

        backlog.Written();

        Assert.Equal((2, TimeSpan.FromSeconds(3)), (backlog.Records, backlog.Age));
        backlog.Clear();
        Assert.Equal((0, TimeSpan.Zero), (backlog.Records, backlog.Age));
    }

    /// <summary>Lets minutes pass, in which the background gets its turn.</summary>
    private async Task PassAsync(Func<bool> isMore)
    {
        while (isMore())
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
