using System.Collections.Concurrent;

namespace CreditSystem.ServiceDefaults.Http;

/// <summary>
/// The rate limits of one process: a token bucket per key, kept as one number, the time at which it is full again (generic cell
/// rate algorithm, ITU-T I.371). Lock-free and bounded; a bucket that is full again needs no memory.
/// </summary>
/// <param name="maxKeys">The most buckets at once. Keys beyond them share one, so that inventing keys gains nobody anything.</param>
/// <param name="time">The clock; only differences count.</param>
public sealed class TokenBuckets<TKey>(int maxKeys, TimeProvider time)
    where TKey : notnull
{
    /// <summary>Far beyond what anybody sets, and nowhere near an overflow.</summary>
    private const long MaxWindow = 1L << 60;

    private readonly ConcurrentDictionary<TKey, Bucket> _buckets = new();
    private readonly Bucket _overflow = new();
    private int _sweeping;

    /// <summary>Takes one permit, if there is one.</summary>
    /// <param name="key">Whose bucket.</param>
    /// <param name="permits">How many permits a full bucket has, at least 1.</param>
    /// <param name="interval">How long one permit takes to come back; never less than 100 ns.</param>
    public TokenBucketResult Take(TKey key, int permits, TimeSpan interval)
    {
        var (now, cost) = (time.GetElapsedTime(0).Ticks, Math.Max(1, interval.Ticks));
        var window = (long)Math.Min((double)cost * permits, MaxWindow);
        var bucket = Find(key, now);
        while (true)
        {
            var stored = Volatile.Read(ref bucket.FullAt);
            var fullAt = Math.Clamp(stored, now, now + window);
            var next = fullAt + cost;
            if (next > now + window)
                return new TokenBucketResult(0, TimeSpan.FromTicks(fullAt - now), TimeSpan.FromTicks(next - window - now));
            if (Interlocked.CompareExchange(ref bucket.FullAt, next, stored) == stored)
                return new TokenBucketResult((now + window - next) / cost, TimeSpan.FromTicks(next - now), TimeSpan.Zero);
        }
    }

    private Bucket Find(TKey key, long now)
    {
        if (_buckets.TryGetValue(key, out var bucket))
            return bucket;
        if (_buckets.Count >= maxKeys)
            Sweep(now);
        return _buckets.Count >= maxKeys ? _overflow : _buckets.GetOrAdd(key, static _ => new Bucket());
    }

    private void Sweep(long now)
    {
        if (Interlocked.Exchange(ref _sweeping, 1) == 1)
            return;
        foreach (var (key, bucket) in _buckets)
            if (Volatile.Read(ref bucket.FullAt) <= now)
                _buckets.TryRemove(key, out _);
        Volatile.Write(ref _sweeping, 0);
    }

    private sealed class Bucket
    {
        public long FullAt;
    }
}

/// <summary>What became of a request for a permit.</summary>
/// <param name="Remaining">How many more could be taken at once.</param>
/// <param name="Reset">Until the bucket is full again.</param>
/// <param name="RetryAfter">Until there is a permit again; zero where one was taken.</param>
public readonly record struct TokenBucketResult(long Remaining, TimeSpan Reset, TimeSpan RetryAfter)
{
    /// <summary>Whether a permit was taken.</summary>
    public bool IsAllowed => RetryAfter == TimeSpan.Zero;
}
