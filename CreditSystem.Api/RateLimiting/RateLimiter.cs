using CreditSystem.Secrets.Rotation;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CreditSystem.Api.RateLimiting;

/// <summary>Counts requests in Redis, for all replicas together; one round trip for all that a request asks.</summary>
internal sealed class RateLimiter(FailFastRedis redis, IOptionsMonitor<RateLimitOptions> options, TimeProvider time)
{
    // In braces: one slot of a Redis Cluster, because one script asks for limits and revocations together.
    private const string KeyPrefix = "{credit-system}:limit:";
    private const int FixedArguments = 5;

    private TimeSpan Timeout => TimeSpan.FromMilliseconds(options.CurrentValue.RedisPatienceMilliseconds);

    /// <param name="buckets">Counted only if all of them allow it. None without a limit may be among them.</param>
    /// <param name="revocation">The key that is in Redis if the credential is revoked.</param>
    /// <returns>Null when Redis does not answer: whoever asks decides what that means.</returns>
    public async ValueTask<GateAnswer?> AskAsync(ReadOnlyMemory<Bucket> buckets, string? revocation, CancellationToken cancellationToken)
    {
        if (buckets.IsEmpty && revocation is null)
            return new GateAnswer(false, []);
        if (buckets.IsEmpty)
        {
            var (known, revoked) = await redis.TryAsync(database => database.KeyExistsAsync(revocation), Timeout, cancellationToken);
            return known ? new GateAnswer(revoked, []) : null;
        }

        var (keys, arguments) = Prepare(buckets.Span, revocation);
        var (answered, result) = await redis.TryAsync(database => database.ScriptEvaluateAsync(GateScript.Text, keys, arguments), Timeout, cancellationToken);
        return answered ? Read(result!, buckets.Length) : null;
    }

    /// <summary>Forgets what was counted, as after a successful login. Nobody waits for it.</summary>
    public void Forget(in Bucket bucket)
    {
        RedisKey key = KeyOf(bucket);
        _ = redis.TryAsync(database => database.KeyDeleteAsync(key, CommandFlags.FireAndForget), Timeout, CancellationToken.None).AsTask();
    }

    private (RedisKey[] Keys, RedisValue[] Arguments) Prepare(ReadOnlySpan<Bucket> buckets, string? revocation)
    {
        var current = options.CurrentValue;
        var keys = new RedisKey[buckets.Length + (revocation is null ? 0 : 1)];
        var arguments = new RedisValue[FixedArguments + buckets.Length * GateScript.ArgumentsPerBucket];
        arguments[0] = LocalLimiter.Microseconds(time);
        arguments[1] = buckets.Length;
        arguments[2] = current.BanAfterViolations;
        arguments[3] = current.BanWindowSeconds * 1_000_000L;
        arguments[4] = current.BanSeconds * 1_000_000L;
        for (var i = 0; i < buckets.Length; i++)
        {
            keys[i] = KeyOf(buckets[i]);
            var at = FixedArguments + i * GateScript.ArgumentsPerBucket;
            arguments[at] = buckets[i].Limit.Requests;
            arguments[at + 1] = buckets[i].Limit.WindowSeconds * 1_000_000L;
            arguments[at + 2] = buckets[i].Bans ? 1 : 0;
        }
        if (revocation is not null)
            keys[^1] = revocation;
        return (keys, arguments);
    }

    private static GateAnswer Read(RedisResult result, int count)
    {
        var numbers = (long[])result!;
        var buckets = new BucketResult[count];
        for (var i = 0; i < count; i++)
        {
            var at = 1 + i * GateScript.ResultsPerBucket;
            buckets[i] = new BucketResult((BucketState)numbers[at], numbers[at + 1], TimeSpan.FromMicroseconds(numbers[at + 2]), TimeSpan.FromMicroseconds(numbers[at + 3]));
        }
        return new GateAnswer(numbers[0] != 0, buckets);
    }

    internal static string KeyOf(in Bucket bucket) => string.Concat(KeyPrefix, bucket.Policy, ":", bucket.Subject);
}

/// <param name="Revoked">The credential is no longer good.</param>
/// <param name="Buckets">What became of each bucket, in the order in which they were asked about.</param>
internal readonly record struct GateAnswer(bool Revoked, BucketResult[] Buckets);
