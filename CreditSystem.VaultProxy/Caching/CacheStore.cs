using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>The answers, bounded in bytes: the oldest goes first. Whether a caller may have one is not decided here.</summary>
internal sealed class CacheStore(CacheOptions options, TimeProvider time)
{
    /// <summary>What an entry costs besides its body: the key's strings, the entry, its places in dictionary and queue.</summary>
    private const int OverheadBytes = 512;

    private readonly ConcurrentDictionary<CacheKey, CachedAnswer> _answers = new();
    private readonly Queue<(CacheKey Key, CachedAnswer Answer)> _order = new();
    private readonly Lock _gate = new();
    private readonly TimeSpan _fresh = TimeSpan.FromSeconds(options.TtlSeconds);
    private readonly TimeSpan _usable = TimeSpan.FromSeconds(options.TtlSeconds + options.StaleIfErrorSeconds);
    private long _bytes;
    private long _epoch;
    private int _writes;

    internal long Bytes => Interlocked.Read(ref _bytes);

    internal int Count => _answers.Count;

    /// <summary>What an answer has to be fetched under, to be kept: it is void as soon as a write begins or ends.</summary>
    internal long Epoch => Volatile.Read(ref _writes) == 0 ? Interlocked.Read(ref _epoch) : -1;

    internal bool TryGetFresh(in CacheKey key, [NotNullWhen(true)] out CachedAnswer? answer, out TimeSpan age) => TryGet(key, _fresh, out answer, out age);

    /// <summary>What may still be served while Vault fails.</summary>
    internal bool TryGetStale(in CacheKey key, [NotNullWhen(true)] out CachedAnswer? answer, out TimeSpan age) => TryGet(key, _usable, out answer, out age);

    /// <returns>False when it is too large, or a write has come between.</returns>
    internal bool TryAdd(in CacheKey key, ReadOnlySpan<byte> body, long epoch)
    {
        if (body.Length > options.MaxEntryBytes || epoch < 0)
            return false;
        var answer = new CachedAnswer(body.ToArray(), time.GetTimestamp());
        lock (_gate)
        {
            if (Epoch != epoch)
                return false;
            Drop(key);
            _answers[key] = answer;
            _order.Enqueue((key, answer));
            _bytes += answer.Body.Length + OverheadBytes;
            while (_bytes > options.MaxBytes || HasDeadHead())
                DropOldest();
        }

        return true;
    }

    /// <summary>Before a write is sent, and again after it: what was read in between may be from before it.</summary>
    internal void BeginWrite(in CacheKey? secret)
    {
        Interlocked.Increment(ref _writes);
        Evict(secret);
    }

    internal void EndWrite(in CacheKey? secret)
    {
        Evict(secret);
        Interlocked.Decrement(ref _writes);
    }

    private void Evict(in CacheKey? secret)
    {
        lock (_gate)
        {
            _epoch++;
            if (secret is not { } written)
                return;
            foreach (var (key, _) in _answers)
            {
                if (key.IsSameSecret(written))
                    Drop(key);
            }
        }
    }

    private bool TryGet(in CacheKey key, TimeSpan limit, [NotNullWhen(true)] out CachedAnswer? answer, out TimeSpan age)
    {
        age = default;
        if (!_answers.TryGetValue(key, out answer))
            return false;
        age = time.GetElapsedTime(answer.StoredAt);
        return age < limit;
    }

    private bool HasDeadHead() =>
        _order.TryPeek(out var oldest) && (!IsCurrent(oldest.Key, oldest.Answer) || time.GetElapsedTime(oldest.Answer.StoredAt) >= _usable);

    private void DropOldest()
    {
        var (key, answer) = _order.Dequeue();
        if (IsCurrent(key, answer))
            Drop(key);
    }

    private bool IsCurrent(in CacheKey key, CachedAnswer answer) => _answers.TryGetValue(key, out var current) && ReferenceEquals(current, answer);

    private void Drop(in CacheKey key)
    {
        if (_answers.TryRemove(key, out var dropped))
            _bytes -= dropped.Body.Length + OverheadBytes;
    }
}

internal sealed record CachedAnswer(byte[] Body, long StoredAt);
