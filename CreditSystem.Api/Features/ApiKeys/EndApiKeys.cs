using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Api.Problems;
using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.SecurityAudit;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.ApiKeys;

internal static class EndApiKeys
{
    public static async Task<IResult> RotateAsync(
        HttpContext context, string id, ApiKeyStore keys, ApiKeyIssuer issuer, IOptions<ApiKeyOptions> options, TimeProvider time, SecurityMetrics metrics)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, ApiKeyJson.Default.RotateApiKeyRequest)).TryGet(out var request, out var problem))
            return problem;
        if ((ApiKeyRules.Lifetime(request.ExpiresInDays, options.Value) ?? ApiKeyRules.Overlap(request.OverlapSeconds)) is { } invalid)
            return invalid;
        if (await keys.FindAsync(caller.Tenant, id, context.RequestAborted) is not { } key)
            return Refusal.NotFound("api_key");
        if (key.RevokedAt is not null)
            return Problem.Of(StatusCodes.Status409Conflict, "api_key_revoked", "A revoked key cannot be rotated; create another one.");
        // Whoever rotates a key sees its secret, and could then do what it may.
        if (key.Scopes.FirstOrDefault(scope => !caller.Scopes.Contains(scope)) is { } missing)
            return Problem.Of(StatusCodes.Status403Forbidden, "insufficient_authority", $"The credential lacks the scope {missing} of the key.", ("scope", missing));
        if (await issuer.RotateAsync(key, request.ExpiresInDays, request.OverlapSeconds, context.RequestAborted) is not { } issued)
            return Problem.Of(StatusCodes.Status409Conflict, "api_key_changed", "Somebody has rotated or revoked the key at the same time.");

        metrics.Count(SecurityEvent.KeyRotated);
        return TypedResults.Ok(new IssuedApiKeyResponse(issued.Text, ApiKeyResponse.Of(issued.Key, time.GetUtcNow())));
    }

    public static async Task<IResult> RevokeAsync(HttpContext context, string id, ApiKeyIssuer issuer, SecurityMetrics metrics)
    {
        if (!await issuer.RevokeAsync(context.GetCaller().Tenant, id, context.RequestAborted))
            return Refusal.NotFound("api_key");
        metrics.Count(SecurityEvent.KeyRevoked);
        return TypedResults.NoContent();
    }
}
