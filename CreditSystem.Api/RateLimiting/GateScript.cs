namespace CreditSystem.Api.RateLimiting;

/// <summary>
/// Everything that a request asks of Redis, in one atomic round trip: whether its credential was revoked, whether its caller
/// is banned, and the generic cell rate algorithm (GCRA, ITU-T I.371) for each of its buckets.
/// </summary>
/// <remarks>
/// A bucket is one key with four numbers: the theoretical arrival time (TAT) of the next request, the end of a ban, how many
/// violations there were, and since when. Times are microseconds since 1970, which a double holds exactly. The caller's clock
/// decides, so that the state of a bucket never depends on when a key expires; a TAT that no honest clock can have written is
/// cut to the window. Redis runs a script atomically; Garnet does so with <c>--lua-transaction-mode</c>.
/// </remarks>
internal static class GateScript
{
    public const int ArgumentsPerBucket = 3;
    public const int ResultsPerBucket = 4;

    /// <summary>
    /// KEYS: one per bucket, then what would be there if the credential were revoked.
    /// ARGV: now, number of buckets, violations to a ban, their window, length of a ban; per bucket: requests, window, bans (1 or 0).
    /// Result: revoked (1 or 0); per bucket: state, remaining, reset, wait.
    /// </summary>
    public const string Text = """
        local now, count = tonumber(ARGV[1]), tonumber(ARGV[2])
        local strikes, strike_window, ban_length = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
        local result = { 0 }
        for i = count + 1, #KEYS do
          if redis.call('EXISTS', KEYS[i]) == 1 then result[1] = 1 end
        end

        local function store(key, tat, ban, violations, since, life)
          local value = string.format('%.0f %.0f %.0f %.0f', tat, ban, violations, since)
          redis.call('SET', key, value, 'PX', string.format('%.0f', math.ceil(life / 1000) + 1))
        end

        local buckets, refused = {}, false
        for i = 1, count do
          local requests, window = tonumber(ARGV[3 + i * 3]), tonumber(ARGV[4 + i * 3])
          local stored = redis.call('GET', KEYS[i])
          local b = { window = window, interval = math.floor(window / requests), bans = ARGV[5 + i * 3] == '1', tat = now, ban = 0, violations = 0, since = 0, state = 0, wait = 0 }
          if stored then
            local tat, ban, violations, since = string.match(stored, '^(%d+) (%d+) (%d+) (%d+)$')
            if tat then
              b.tat = math.min(math.max(tonumber(tat), now), now + window)
              b.ban, b.violations, b.since = tonumber(ban), tonumber(violations), tonumber(since)
            end
          end
          b.next = b.tat + b.interval
          if b.bans and b.ban > now then
            b.state, b.wait, refused = 2, b.ban - now, true
          elseif b.next > now + window then
            b.state, b.wait, refused = 1, b.next - window - now, true
          end
          buckets[i] = b
        end

        for i = 1, count do
          local b = buckets[i]
          if not refused then
            b.tat = b.next
            store(KEYS[i], b.tat, 0, b.violations, b.since, math.max(b.tat - now, b.violations > 0 and strike_window or 0))
          elseif b.state == 1 and b.bans and strikes > 0 then
            if b.violations == 0 or b.since + strike_window <= now then b.violations, b.since = 0, now end
            b.violations = b.violations + 1
            local life = math.max(b.tat - now, strike_window)
            if b.violations >= strikes then
              b.state, b.wait, b.ban, b.violations, life = 3, ban_length, now + ban_length, 0, math.max(life, ban_length)
            end
            store(KEYS[i], b.tat, b.ban, b.violations, b.since, life)
          end
          local at = 2 + (i - 1) * 4
          result[at] = b.state
          result[at + 1] = math.max(0, math.floor((b.window - (b.tat - now)) / b.interval))
          result[at + 2] = math.floor(b.tat - now)
          result[at + 3] = math.floor(b.wait)
        end
        return result
        """;
}
