using CreditSystem.Secrets.Rotation;
using CreditSystem.ServiceDefaults.Http;
using StackExchange.Redis;

namespace CreditSystem.Api.RateLimiting;

/// <summary>
/// Counts requests in Redis, for all replicas together; one round trip for all that a request asks. While Redis is away the same
/// limits can be had within this replica alone.
/// </summary>
internal sealed class RateLimiter(FailFastRedis redis, IOptionsMonitor<RateLimitOptions> options, TimeProvider time)
{
    // In braces: one slot of a Redis Cluster, because one script asks for limits and revocations together.
    private const string KeyPrefix = "{credit-system}:limit:";
    private const int MaxLocalBuckets = 50_000;

    private readonly TokenBuckets<(string Policy, string Subject)> local = new(MaxLocalBuckets, time);

    private TimeSpan Timeout => TimeSpan.FromMilliseconds(options.CurrentValue.RedisPatienceMilliseconds);

    /// <param name="buckets">Counted only if all of them allow it. None without a limit may be among them.</param>
    /// <param name="revocation">The key that is in Redis if the credential is revoked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when Redis does not answer: the caller decides what that means.</returns>
    public async ValueTask<RateLimitDecision?> AskAsync(
        ReadOnlyMemory<Bucket> buckets, string? revocation, CancellationToken cancellationToken)
    {
        if (buckets.IsEmpty && revocation is null)
            return new RateLimitDecision(false, []);
        if (buckets.IsEmpty)
        {
            var (known, revoked) = await redis.TryAsync(database => database.KeyExistsAsync(revocation), Timeout, cancellationToken);
            return known ? new RateLimitDecision(revoked, []) : null;
        }

        var (keys, arguments) = Prepare(buckets.Span, revocation);
        var (answered, result) = await redis.TryAsync(
            database => database.ScriptEvaluateAsync(RateLimitScript.Text, keys, arguments), Timeout, cancellationToken);
        return answered ? Read(result!, buckets.Length) : null;
    }

    /// <summary>The same limit within this replica alone.</summary>
    public TokenBucketResult TakeLocally(in Bucket bucket) => local.Take(
        (bucket.Policy, bucket.Subject), bucket.Limit.Requests, TimeSpan.FromSeconds(bucket.Limit.WindowSeconds) / bucket.Limit.Requests);

    /// <summary>Forgets what was counted, as after a successful login. Nobody waits for it.</summary>
    public void Forget(in Bucket bucket)
    {
        RedisKey key = KeyOf(bucket);
        _ = redis.TryAsync(database => database.KeyDeleteAsync(key, CommandFlags.FireAndForget), Timeout, CancellationToken.None).AsTask();
    }

    private (RedisKey[] Keys, RedisValue[] Arguments) Prepare(ReadOnlySpan<Bucket> buckets, string? revocation)
    {
        var keys = new RedisKey[buckets.Length + (revocation is null ? 0 : 1)];
        var arguments = new RedisValue[RateLimitScript.FixedArguments + buckets.Length * RateLimitScript.ArgumentsPerBucket];
        arguments[0] = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        arguments[1] = buckets.Length;
        for (var i = 0; i < buckets.Length; i++)
        {
            keys[i] = KeyOf(buckets[i]);
            var at = RateLimitScript.FixedArguments + i * RateLimitScript.ArgumentsPerBucket;
            arguments[at] = buckets[i].Limit.Requests;
            arguments[at + 1] = buckets[i].Limit.WindowSeconds * 1_000_000L;
        }

        if (revocation is not null)
            keys[^1] = revocation;
        return (keys, arguments);
    }

    private static RateLimitDecision Read(RedisResult result, int count)
    {
        var numbers = (long[])result!;
        var buckets = new TokenBucketResult[count];
        for (var i = 0; i < count; i++)
        {
            var at = 1 + i * RateLimitScript.ResultsPerBucket;
            buckets[i] = new TokenBucketResult(
                numbers[at], TimeSpan.FromMicroseconds(numbers[at + 1]), TimeSpan.FromMicroseconds(numbers[at + 2]));
        }

        return new RateLimitDecision(numbers[0] != 0, buckets);
    }

    internal static string KeyOf(in Bucket bucket) => string.Concat(KeyPrefix, bucket.Policy, ":", bucket.Subject);
}
