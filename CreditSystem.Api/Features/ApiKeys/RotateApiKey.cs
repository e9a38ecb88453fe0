using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.SecurityAudit;

namespace CreditSystem.Api.Features.ApiKeys;

internal static class RotateApiKey
{
    public static async Task<Results<Ok<IssuedApiKeyResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<RotateApiKeyRequest> body, string id,
        ApiKeyStore keys, ApiKeyIssuer issuer, IOptions<ApiKeyOptions> options, TimeProvider time, SecurityMetrics metrics,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        if ((ApiKeyRules.Lifetime(request.ExpiresInDays, options.Value)
            ?? RequestValidation.Overlap(request.OverlapSeconds)) is { } invalid)
            return invalid;
        if (await keys.FindAsync(caller.Tenant, id, cancellationToken) is not { } key)
            return ApiProblems.NotFound("api_key");
        if (key.RevokedAt is not null)
            return ApiProblems.Create(
                StatusCodes.Status409Conflict, "api_key_revoked", "A revoked key cannot be rotated; create another one.");
        // The caller sees the key's secret, and could then do what the key may.
        if (key.Scopes.FirstOrDefault(scope => !caller.Scopes.Contains(scope)) is { } missing)
            return ApiProblems.Create(
                StatusCodes.Status403Forbidden, "insufficient_authority", $"The credential lacks the scope {missing} of the key.",
                ("scope", missing));
        if (await issuer.RotateAsync(key, request.ExpiresInDays, request.OverlapSeconds, cancellationToken) is not { } issued)
            return ApiProblems.Create(
                StatusCodes.Status409Conflict, "api_key_changed", "Somebody has rotated or revoked the key at the same time.");
        metrics.Count(SecurityEvent.KeyRotated);
        return TypedResults.Ok(new IssuedApiKeyResponse(issued.Text, ApiKeyResponse.From(issued.Key, time.GetUtcNow())));
    }
}
