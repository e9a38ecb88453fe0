using System.Collections.Concurrent;

namespace CreditSystem.Api.RateLimiting;

/// <summary>The same limits within this replica alone, for what may not go unlimited while Redis is away. It bans nobody.</summary>
internal sealed class LocalLimiter(TimeProvider time)
{
    /// <summary>More callers than this at once forget the ones whose buckets are full again.</summary>
    private const int Capacity = 50_000;

    private readonly ConcurrentDictionary<(string Policy, string Subject), long> arrivals = new();

    public BucketResult Take(in Bucket bucket)
    {
        var now = Microseconds(time);
        var window = bucket.Limit.WindowSeconds * 1_000_000L;
        var interval = window / bucket.Limit.Requests;
        var key = (bucket.Policy, bucket.Subject);
        MakeRoom(now);
        while (true)
        {
            var isKnown = arrivals.TryGetValue(key, out var stored);
            var arrival = Math.Clamp(stored, now, now + window);
            var next = arrival + interval;
            if (next > now + window)
                return new BucketResult(BucketState.Limited, 0, TimeSpan.FromMicroseconds(arrival - now), TimeSpan.FromMicroseconds(next - window - now));
            if (isKnown ? arrivals.TryUpdate(key, next, stored) : arrivals.TryAdd(key, next))
                return new BucketResult(BucketState.Allowed, (window - (next - now)) / interval, TimeSpan.FromMicroseconds(next - now), TimeSpan.Zero);
        }
    }

    public static long Microseconds(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private void MakeRoom(long now)
    {
        if (arrivals.Count < Capacity)
            return;
        foreach (var (key, arrival) in arrivals)
            if (arrival <= now)
                arrivals.TryRemove(new(key, arrival));
        // All of them busy: forgetting lets some through, which is better than memory that an attacker decides about.
        if (arrivals.Count >= Capacity)
            arrivals.Clear();
    }
}
