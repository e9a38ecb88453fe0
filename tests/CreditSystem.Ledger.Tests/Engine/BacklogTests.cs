using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>How far the projection lags behind the log: a write that fails must show in it.</summary>
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
        var partition = host.Partition;

        for (var account = 0; account < 3; account++)
            await host.OpenAsync($"u{account}");
        await PassAsync(() => Volatile.Read(ref failures) < 3);

        Assert.Equal(3, partition.Status.Unprojected);
        Assert.True(partition.CheckpointAge > TimeSpan.FromMinutes(2), $"{partition.CheckpointAge}");
        store.Projections.BeforeSave = () => Task.CompletedTask;
        await PassAsync(() => partition.Status.Unprojected > 0);
        Assert.Equal(TimeSpan.Zero, partition.CheckpointAge);
    }

    [Fact]
    public void Keeps_what_comes_while_a_checkpoint_is_written_and_counts_its_age_from_then()
    {
        var backlog = new Backlog(time);
        backlog.Add(block: 1, 2);
        backlog.Add(block: 2, 3);
        time.Advance(TimeSpan.FromSeconds(40));
        backlog.Add(block: 3, 2);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((7, TimeSpan.FromSeconds(43)), (backlog.Records, time.GetElapsedTime(backlog.Since!.Value)));

        backlog.DropUpTo(2);

        Assert.Equal((2, TimeSpan.FromSeconds(3)), (backlog.Records, time.GetElapsedTime(backlog.Since!.Value)));
        backlog.DropUpTo(3);
        Assert.Equal((0, null), (backlog.Records, backlog.Since));
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
