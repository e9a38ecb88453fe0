using CreditSystem.Identity.ApiKeys;

namespace CreditSystem.Api.Features.ApiKeys;

internal static class ReadApiKeys
{
    public static async Task<Results<Ok<ApiKeyPage>, ProblemHttpResult>> ListAsync(
        RequestCaller caller, ApiKeyStore keys, TimeProvider time, [AsParameters] PageQuery paging, CancellationToken cancellationToken)
    {
        if (!paging.Read().TryGet(out var wanted, out var problem))
            return problem;
        var found = await keys.ListAsync(caller.Tenant, wanted.PlaceId, wanted.Limit + 1, cancellationToken);
        var page = found.Take(wanted.Limit).Select(key => ApiKeyResponse.From(key, time.GetUtcNow())).ToList();
        return TypedResults.Ok(new ApiKeyPage(page, found.Count > wanted.Limit ? wanted.CursorAt(page[^1].Id) : null));
    }

    public static async Task<Results<Ok<ApiKeyResponse>, ProblemHttpResult>> GetAsync(
        RequestCaller caller, string id, ApiKeyStore keys, TimeProvider time, CancellationToken cancellationToken) =>
        await keys.FindAsync(caller.Tenant, id, cancellationToken) is { } key
            ? TypedResults.Ok(ApiKeyResponse.From(key, time.GetUtcNow()))
            : ApiProblems.NotFound("api_key");

    /// <summary>Of a key in hand: whether it is good. It tells of the caller's tenant alone.</summary>
    public static async Task<Results<Ok<ApiKeyValidityResponse>, ProblemHttpResult>> ValidateAsync(
        RequestCaller caller, JsonBody<ValidateApiKeyRequest> body, ApiKeyStore keys, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var hash = ApiKeyFormat.IsWellFormed(body.Value.Key) ? ApiKeyFormat.HashOf(body.Value.Key) : null;
        var key = hash is null ? null : await keys.FindByHashAsync(hash, cancellationToken);
        if (key is null || key.Tenant != caller.Tenant)
            return TypedResults.Ok(new ApiKeyValidityResponse(false, "unknown", null));
        var now = time.GetUtcNow();
        var isExpired = key.Secrets.First(secret => secret.Hash == hash).ExpiresAt <= now.UtcDateTime;
        var reason = key.RevokedAt is not null ? "revoked" : isExpired ? "expired" : null;
        return TypedResults.Ok(new ApiKeyValidityResponse(reason is null, reason, ApiKeyResponse.From(key, now)));
    }
}
