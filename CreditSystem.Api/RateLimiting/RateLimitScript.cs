namespace CreditSystem.Api.RateLimiting;

/// <summary>
/// Everything that a request asks of Redis, in one atomic round trip: whether its credential was revoked, and the generic cell rate
/// algorithm of <see cref="ServiceDefaults.Http.TokenBuckets{TKey}"/> for each of its buckets.
/// </summary>
/// <remarks>
/// A bucket is one key with one number, the time at which it is full again, in microseconds since 1970, which a double holds
/// exactly. The caller's clock decides, so that the state of a bucket never depends on when a key expires; a time that no honest
/// clock can have written is cut to the window. Redis runs a script atomically; Garnet does so with <c>--lua-transaction-mode</c>.
/// Replicas of versions with bans wrote three more numbers behind the first, which are not read.
/// </remarks>
internal static class RateLimitScript
{
    public const int FixedArguments = 2;
    public const int ArgumentsPerBucket = 2;
    public const int ResultsPerBucket = 3;

    /// <summary>
    /// KEYS: one per bucket, then what would be there if the credential were revoked.
    /// ARGV: now, number of buckets; per bucket: requests, window.
    /// Result: revoked (1 or 0); per bucket: remaining, reset, wait (0 where the request is allowed).
    /// </summary>
    public const string Text = """
        local now, count = tonumber(ARGV[1]), tonumber(ARGV[2])
        local result, buckets, refused = { 0 }, {}, false
        for i = count + 1, #KEYS do
          if redis.call('EXISTS', KEYS[i]) == 1 then result[1] = 1 end
        end
        for i = 1, count do
          local requests, window = tonumber(ARGV[1 + i * 2]), tonumber(ARGV[2 + i * 2])
          local b = { window = window, interval = math.max(1, math.floor(window / requests)), full = now, wait = 0 }
          local stored = redis.call('GET', KEYS[i])
          local full = stored and tonumber(string.match(stored, '^%d+') or '')
          if full then b.full = math.min(math.max(full, now), now + window) end
          b.next = b.full + b.interval
          if b.next > now + window then
            b.wait, refused = b.next - window - now, true
          end
          buckets[i] = b
        end
        for i = 1, count do
          local b = buckets[i]
          if not refused then
            b.full = b.next
            local life = math.ceil((b.full - now) / 1000) + 1
            redis.call('SET', KEYS[i], string.format('%.0f', b.full), 'PX', string.format('%.0f', life))
          end
          local at = 2 + (i - 1) * 3
          result[at] = math.max(0, math.floor((b.window - (b.full - now)) / b.interval))
          result[at + 1] = math.floor(b.full - now)
          result[at + 2] = math.floor(b.wait)
        end
        return result
        """;
}
