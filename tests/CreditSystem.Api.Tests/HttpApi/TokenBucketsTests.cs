using CreditSystem.ServiceDefaults.Http;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.HttpApi;

public sealed class TokenBucketsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Gives_as_many_permits_as_a_bucket_has_and_one_more_for_each_interval()
    {
        var buckets = new TokenBuckets<string>(10, time);

        var first = Take(buckets, "a", 4);
        time.Advance(TimeSpan.FromSeconds(2));
        var second = Take(buckets, "a", 3);

        Assert.Equal([(2L, 1.0, 0.0), (1, 2, 0), (0, 3, 0), (0, 3, 1)], first);
        Assert.Equal([(1L, 2.0, 0.0), (0, 3, 0), (0, 3, 1)], second);
        Assert.Equal(2, buckets.Take("b", 3, Second).Remaining);
    }

    [Fact]
    public void Keys_beyond_the_bound_share_one_bucket_until_others_are_full_again()
    {
        var buckets = new TokenBuckets<string>(2, time);
        Take(buckets, "a", 3);
        Take(buckets, "b", 1);

        Assert.Equal([true, true, true], Take(buckets, "c", 3).Select(result => result.RetryAfter == 0));
        Assert.False(buckets.Take("d", 3, Second).IsAllowed);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(buckets.Take("e", 3, Second).IsAllowed);
        Assert.False(buckets.Take("c", 3, Second) is { Remaining: > 1 });
    }

    private static List<(long Remaining, double Reset, double RetryAfter)> Take(TokenBuckets<string> buckets, string key, int times) =>
        [.. Enumerable.Range(0, times).Select(_ => buckets.Take(key, 3, Second))
            .Select(result => (result.Remaining, result.Reset.TotalSeconds, result.RetryAfter.TotalSeconds))];
}
