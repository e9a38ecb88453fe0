using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>One replica whose clock is wrong does not decide for all tenants of a log what has expired.</summary>
public sealed class ClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider right = new(Start);
    private readonly InMemoryBlockStore store = new();
    private readonly WrongClock wrong;

    public ClockTests() => wrong = new WrongClock(right);

    [Fact]
    public async Task A_replica_whose_clock_is_a_year_ahead_writes_nothing_until_it_is_put_right()
    {
        store.Clock = right;
        await using var first = await EngineHost.StartAsync(store, time: right);
        var (alice, bob) = (await first.OpenAsync("alice", 100), await first.OpenAsync("bob"));
        var expiresAt = Start.AddDays(30).ToUnixTimeMilliseconds();
        Assert.True((await first.DoAsync(Ask.Grant(alice, 50, expiresAt))).Accepted);
        wrong.Ahead = TimeSpan.FromDays(365);
        await using var second = await EngineHost.StartAsync(store, time: wrong);
        var blocks = store.Blocks(0).Count();

        var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => second.DoAsync(Ask.Move(alice, bob, 1)));
        Assert.Equal(LedgerUnavailableReason.ClockAhead, refused.Reason);
        Assert.Equal(100, (await second.Ledger.SnapshotAsync(Ask.Tenant, [bob, alice]))[1]!.Posted - 50);
        Assert.Equal(blocks, store.Blocks(0).Count());

        Assert.True((await first.DoAsync(Ask.Hold(alice, Ask.To(bob), 150, expiresAt))).Accepted);
        Assert.All(store.Blocks(0), block => Assert.Equal(Start.ToUnixTimeMilliseconds(), block.At));
        wrong.Ahead = TimeSpan.FromSeconds(5);
        Assert.True((await second.DoAsync(Ask.Open("carol"))).Accepted);
    }

    [Fact]
    public async Task The_clock_is_compared_again_when_it_was_set_or_a_minute_has_passed()
    {
        store.Clock = right;
        var guard = new ClockGuard(store, wrong, NullLogger.Instance);
        Assert.Null(guard.SkewSeconds);
        await guard.ReadAsync(CancellationToken.None);
        Assert.Equal(0, guard.SkewSeconds);

        // Time goes on, and nothing is asked.
        store.Clock = null;
        right.Advance(TimeSpan.FromSeconds(30));
        await guard.ReadAsync(CancellationToken.None);
        Assert.Equal(0, guard.SkewSeconds);

        store.Clock = right;
        wrong.Ahead = TimeSpan.FromSeconds(5.5);
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => guard.ReadAsync(CancellationToken.None).AsTask());
        Assert.Equal(5.5, guard.SkewSeconds);
        wrong.Ahead = TimeSpan.FromSeconds(-2.5);
        await guard.ReadAsync(CancellationToken.None);
        Assert.Equal(-2.5, guard.SkewSeconds);
    }

    /// <summary>A clock that was set wrong; time passes for it as for the others.</summary>
    private sealed class WrongClock(FakeTimeProvider steady) : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => steady.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + Ahead;

        public override long GetTimestamp() => steady.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => steady.CreateTimer(callback, state, dueTime, period);
    }
}
