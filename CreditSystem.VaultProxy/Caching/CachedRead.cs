using System.Net;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Policy;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>One read that the cache answers, or learns from.</summary>
internal sealed class CachedRead(KvCache cache, HttpContext context, VaultRequest request, VaultCaller caller, CacheKey key)
    : IResponseInterceptor
{
    private readonly long _epoch = cache.Store.Epoch;
    private CachedResponse? _cached;

    public HttpContext Context => context;

    public VaultRequest Request => request;

    public VaultCaller Caller => caller;

    public CacheKey Key => key;

    internal bool TryServeFresh(string result)
    {
        if (!cache.Entitlements.Has(caller, key) || !cache.Store.TryGetFresh(key, out _cached, out var age))
            return false;
        SetHeaders("HIT", age, result);
        return true;
    }

    public async ValueTask<bool> TryInterceptAsync(HttpResponseMessage? response, ReadOnlyMemory<byte> body, bool isSealed)
    {
        if (response is null || (int)response.StatusCode >= 500)
            return await TryServeStaleAsync(isSealed || (response is not null && VaultErrors.IsSealed(body.Span)));

        if (response.StatusCode == HttpStatusCode.Forbidden)
            cache.Entitlements.Remove(caller);
        else if (response.StatusCode == HttpStatusCode.OK && IsJson(response) && CacheableBody.Check(body.Span))
            await KeepAsync(body);
        context.Response.Headers["X-Cache"] = "MISS";
        return false;
    }

    // A write or a revocation since the read began voids it, also where it came while the token was being looked up.
    private async ValueTask KeepAsync(ReadOnlyMemory<byte> body)
    {
        var life = await cache.FindLifeAsync(this);
        if (!cache.Store.TryAdd(key, body.Span, _epoch) || !life.MayBeServed)
            return;
        cache.Entitlements.Add(caller, key);
        if (cache.Store.Epoch != _epoch)
            cache.Entitlements.Remove(caller);
    }

    // Sealing is an operator's way to end all access at once, and not an outage.
    private async ValueTask<bool> TryServeStaleAsync(bool isSealed)
    {
        if (isSealed || !cache.MayServeStale(this) || !cache.Store.TryGetStale(key, out _cached, out var age))
            return false;
        SetHeaders("STALE", age, "stale");
        await WriteAsync();
        return true;
    }

    internal ValueTask WriteAsync()
    {
        context.Response.ContentLength = _cached!.Body.Length;
        return new ValueTask(context.Response.Body.WriteAsync(_cached.Body, context.RequestAborted).AsTask());
    }

    private void SetHeaders(string state, TimeSpan age, string result)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = VaultErrors.JsonContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.Age = $"{(int)age.TotalSeconds}";
        response.Headers["X-Cache"] = state;
        cache.Count(result);
    }

    private static bool IsJson(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType == VaultErrors.JsonContentType;
}
