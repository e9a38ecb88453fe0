using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>The responses, bounded in bytes: the oldest goes first. Whether a caller may have one is not decided here.</summary>
internal sealed class CacheStore(CacheOptions options, TimeProvider time)
{
    /// <summary>What an entry costs besides its body: the key's strings, the entry, its places in dictionary and queue.</summary>
    private const int OverheadBytes = 512;

    private readonly ConcurrentDictionary<CacheKey, CachedResponse> _responses = new();
    private readonly Queue<(CacheKey Key, CachedResponse Response)> _order = new();
    private readonly Lock _gate = new();
    private readonly TimeSpan _fresh = TimeSpan.FromSeconds(options.TtlSeconds);
    private readonly TimeSpan _usable = TimeSpan.FromSeconds(options.TtlSeconds + options.StaleIfErrorSeconds);
    private long _bytes;
    private long _epoch;
    private int _writes;

    internal long Bytes => Interlocked.Read(ref _bytes);

    internal int Count => _responses.Count;

    /// <summary>What a response has to be fetched under, to be kept: it is void as soon as a write begins or ends.</summary>
    internal long Epoch => Volatile.Read(ref _writes) == 0 ? Interlocked.Read(ref _epoch) : -1;

    internal bool TryGetFresh(in CacheKey key, [NotNullWhen(true)] out CachedResponse? response, out TimeSpan age) =>
        TryGet(key, _fresh, out response, out age);

    /// <summary>What may still be served while Vault fails.</summary>
    internal bool TryGetStale(in CacheKey key, [NotNullWhen(true)] out CachedResponse? response, out TimeSpan age) =>
        TryGet(key, _usable, out response, out age);

    /// <returns>False when it is too large, or a write has come between.</returns>
    internal bool TryAdd(in CacheKey key, ReadOnlySpan<byte> body, long epoch)
    {
        if (body.Length > options.MaxEntryBytes || epoch < 0)
            return false;
        var response = new CachedResponse(body.ToArray(), time.GetTimestamp());
        lock (_gate)
        {
            if (Epoch != epoch)
                return false;
            Drop(key);
            _responses[key] = response;
            _order.Enqueue((key, response));
            _bytes += response.Body.Length + OverheadBytes;
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
            foreach (var (key, _) in _responses)
            {
                if (key.IsSameSecret(written))
                    Drop(key);
            }
        }
    }

    private bool TryGet(in CacheKey key, TimeSpan limit, [NotNullWhen(true)] out CachedResponse? response, out TimeSpan age)
    {
        age = default;
        if (!_responses.TryGetValue(key, out response))
            return false;
        age = time.GetElapsedTime(response.StoredAt);
        return age < limit;
    }

    private bool HasDeadHead() =>
        _order.TryPeek(out var oldest)
            && (!IsCurrent(oldest.Key, oldest.Response) || time.GetElapsedTime(oldest.Response.StoredAt) >= _usable);

    private void DropOldest()
    {
        var (key, response) = _order.Dequeue();
        if (IsCurrent(key, response))
            Drop(key);
    }

    private bool IsCurrent(in CacheKey key, CachedResponse response) =>
        _responses.TryGetValue(key, out var current) && ReferenceEquals(current, response);

    private void Drop(in CacheKey key)
    {
        if (_responses.TryRemove(key, out var dropped))
            _bytes -= dropped.Body.Length + OverheadBytes;
    }
}

internal sealed record CachedResponse(byte[] Body, long StoredAt);
