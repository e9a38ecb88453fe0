using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;

namespace CreditSystem.Api.Features.Auth;

internal static class Refresh
{
    public static async Task<Results<Ok<TokensResponse>, ProblemHttpResult>> HandleAsync(
        JsonBody<RefreshRequest> body, SecurityAuditNote audit, SessionIssuer sessions, SecurityMetrics metrics,
        CancellationToken cancellationToken)
    {
        if (!RefreshToken.TryParse(body.Value.RefreshToken, out var presented))
            return Refused("The refresh token is not valid.");
        var outcome = await sessions.RefreshAsync(presented, cancellationToken);
        audit.EnrichAudit(
            action: outcome.Reused ? "RefreshTokenReused" : null, tenant: outcome.Session?.Tenant, principal: outcome.Session?.User);
        if (outcome.Tokens is { } tokens)
            return TypedResults.Ok(Login.ToResponse(tokens));
        metrics.Count(outcome.Reused ? SecurityEvent.RefreshReused : SecurityEvent.TokenRefused);
        return Refused(outcome.Reused
            ? "The refresh token was used before, so somebody has a copy: the session is over. Log in again."
            : "The refresh token is not valid.");
    }

    private static ProblemHttpResult Refused(string detail) =>
        ApiProblems.Create(StatusCodes.Status401Unauthorized, ProblemCodes.TokenInvalid, detail);
}
