using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity.ApiKeys;

namespace CreditSystem.Api.Features.ApiKeys;

internal static class ReadApiKeys
{
    public static async Task<IResult> ListAsync(HttpContext context, ApiKeyStore keys, TimeProvider time, string? cursor, int? limit)
    {
        if (!Cursor.Limit(limit).TryGet(out var count, out var problem))
            return problem;
        if (RequestValidation.Text("cursor", cursor, RequestValidation.MaxNameLength) is { } invalid)
            return invalid;
        var found = await keys.ListAsync(context.GetCaller().Tenant, cursor, count + 1, context.RequestAborted);
        var page = found.Take(count).Select(key => ApiKeyResponse.Of(key, time.GetUtcNow())).ToList();
        return TypedResults.Ok(new ApiKeyPage(page, found.Count > count ? page[^1].Id : null));
    }

    public static async Task<IResult> GetAsync(HttpContext context, string id, ApiKeyStore keys, TimeProvider time) =>
        await keys.FindAsync(context.GetCaller().Tenant, id, context.RequestAborted) is { } key
            ? TypedResults.Ok(ApiKeyResponse.Of(key, time.GetUtcNow()))
            : Refusal.NotFound("api_key");

    /// <summary>Of a key in hand: whether it is good. It tells of the caller's tenant alone.</summary>
    public static async Task<IResult> ValidateAsync(HttpContext context, ApiKeyStore keys, TimeProvider time)
    {
        if (!(await JsonBody.ReadAsync(context.Request, ApiKeyJson.Default.ValidateApiKeyRequest)).TryGet(out var request, out var problem))
            return problem;
        var hash = ApiKeyFormat.IsWellFormed(request.Key) ? ApiKeyFormat.HashOf(request.Key) : null;
        var key = hash is null ? null : await keys.FindByHashAsync(hash, context.RequestAborted);
        if (key is null || key.Tenant != context.GetCaller().Tenant)
            return TypedResults.Ok(new ValidateApiKeyResponse(false, "unknown", null));
        var now = time.GetUtcNow();
        var isExpired = key.Secrets.First(secret => secret.Hash == hash).ExpiresAt <= now.UtcDateTime;
        var reason = key.RevokedAt is not null ? "revoked" : isExpired ? "expired" : null;
        return TypedResults.Ok(new ValidateApiKeyResponse(reason is null, reason, ApiKeyResponse.Of(key, now)));
    }
}
