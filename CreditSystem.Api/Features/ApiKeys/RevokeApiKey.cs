using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.SecurityAudit;

namespace CreditSystem.Api.Features.ApiKeys;

internal static class RevokeApiKey
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, string id, ApiKeyIssuer issuer, SecurityMetrics metrics, CancellationToken cancellationToken)
    {
        if (!await issuer.RevokeAsync(caller.Tenant, id, cancellationToken))
            return ApiProblems.NotFound("api_key");
        metrics.Count(SecurityEvent.KeyRevoked);
        return TypedResults.NoContent();
    }
}
