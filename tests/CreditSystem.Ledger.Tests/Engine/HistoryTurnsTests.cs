using CreditSystem.Ledger.Limits;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

public sealed class HistoryTurnsTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly HistoryTurns turns;
    private bool isBusy = true;

    public HistoryTurnsTests() => turns = new HistoryTurns(() => isBusy, time);

    public void Dispose() => turns.Dispose();

    [Fact]
    public async Task While_no_command_waits_nobody_waits()
    {
        isBusy = false;

        await turns.EnterAsync(CancellationToken.None);
        await turns.EnterAsync(CancellationToken.None);
    }

    [Fact]
    public async Task While_commands_wait_the_next_reads_after_the_one_before_and_a_pause_thrice_as_long()
    {
        var first = await turns.EnterAsync(CancellationToken.None);
        var next = turns.EnterAsync(CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.False(next.IsCompleted);

        first.Dispose();
        time.Advance(TimeSpan.FromMilliseconds(14));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        (await next).Dispose();
        await turns.EnterAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_read_that_takes_long_does_not_keep_the_others()
    {
        var slow = await turns.EnterAsync(CancellationToken.None);
        var next = turns.EnterAsync(CancellationToken.None).AsTask();

        time.Advance(TimeSpan.FromMilliseconds(250));

        (await next).Dispose();
        slow.Dispose();
        time.Advance(TimeSpan.FromMilliseconds(30));
        var after = await turns.EnterAsync(CancellationToken.None);
        var other = turns.EnterAsync(CancellationToken.None).AsTask();
        Assert.False(other.IsCompleted);
        after.Dispose();
        await other;
    }

    [Fact]
    public async Task Who_hangs_up_waits_no_longer()
    {
        await turns.EnterAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var next = turns.EnterAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => next);
    }
}
