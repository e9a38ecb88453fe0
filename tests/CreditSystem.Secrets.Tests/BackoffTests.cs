using CreditSystem.ServiceDefaults;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 2, 4)]
    [InlineData(4, 4, 8)]
    [InlineData(5, 7.5, 15)]
    [InlineData(1_000, 7.5, 15)]
    public void Doubles_with_each_failure_up_to_its_bound_and_spreads_over_the_upper_half(int failures, double least, double most)
    {
        double[] waits = [.. Enumerable.Range(0, 1_000).Select(_ => Backoff.After(First, Longest, failures).TotalSeconds)];

        Assert.All(waits, wait => Assert.InRange(wait, least, most));
        Assert.InRange(waits.Max() - waits.Min(), (most - least) * 0.9, most - least);
    }

    [Theory]
    [InlineData(0.2, 8, 12)]
    [InlineData(1, 0, 20)]
    public void Spreads_around_a_time(double share, double least, double most)
    {
        double[] waits = [.. Enumerable.Range(0, 1_000).Select(_ => Backoff.Spread(TimeSpan.FromSeconds(10), share).TotalSeconds)];

        Assert.All(waits, wait => Assert.InRange(wait, least, most));
        Assert.InRange(waits.Max() - waits.Min(), (most - least) * 0.9, most - least);
    }

    [Fact]
    public void Holds_until_its_wait_is_over_and_begins_again_after_a_success()
    {
        var time = new FakeTimeProvider();
        var backoff = new Backoff(First, Longest, time);
        Assert.False(backoff.IsHolding);

        var wait = backoff.Failed();
        time.Advance(wait - TimeSpan.FromTicks(1));
        Assert.True(backoff.IsHolding);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.False(backoff.IsHolding);

        Assert.InRange(backoff.Failed(), First, First * 2);
        backoff.Reset();
        Assert.False(backoff.IsHolding);
        Assert.InRange(backoff.Failed(), First / 2, First);
    }
}
