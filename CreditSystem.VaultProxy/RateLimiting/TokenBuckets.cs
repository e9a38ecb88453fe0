using System.Collections.Concurrent;
using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy.RateLimiting;

/// <summary>
/// A token bucket per partition, kept as one number each (generic cell rate algorithm): the time at which the bucket would be
/// full again. Lock-free, bounded, and a partition that is full again needs no memory.
/// </summary>
internal sealed class TokenBuckets(double permitsPerSecond, int burst, int maxPartitions, TimeProvider time)
{
    private readonly ConcurrentDictionary<TokenId, Bucket> _buckets = new();
    private readonly Bucket _overflow = new();
    private readonly long _cost = permitsPerSecond <= 0 ? 0 : Math.Max(1, (long)(time.TimestampFrequency / permitsPerSecond));
    private int _sweeping;

    /// <summary>Takes one permit.</summary>
    /// <param name="retryAfter">When refused, the time until there is one.</param>
    public bool TryTake(TokenId partition, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (_cost == 0)
            return true;

        var now = time.GetTimestamp();
        var bucket = Find(partition, now);
        while (true)
        {
            var fullAt = Volatile.Read(ref bucket.FullAt);
            var next = Math.Max(fullAt, now) + _cost;
            var wait = next - now - (_cost * burst);
            if (wait > 0)
            {
                retryAfter = time.GetElapsedTime(0, wait);
                return false;
            }

            if (Interlocked.CompareExchange(ref bucket.FullAt, next, fullAt) == fullAt)
                return true;
        }
    }

    private Bucket Find(TokenId partition, long now)
    {
        if (_buckets.TryGetValue(partition, out var bucket))
            return bucket;
        if (_buckets.Count >= maxPartitions)
            Sweep(now);
        // Clients that invent tokens faster than they are forgotten share one bucket.
        return _buckets.Count >= maxPartitions ? _overflow : _buckets.GetOrAdd(partition, static _ => new Bucket());
    }

    private void Sweep(long now)
    {
        if (Interlocked.Exchange(ref _sweeping, 1) == 1)
            return;
        foreach (var (partition, bucket) in _buckets)
        {
            if (Volatile.Read(ref bucket.FullAt) <= now)
                _buckets.TryRemove(partition, out _);
        }

        Volatile.Write(ref _sweeping, 0);
    }

    private sealed class Bucket
    {
        public long FullAt;
    }
}
