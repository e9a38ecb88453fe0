using CreditSystem.Api.Http;
using CreditSystem.Api.Problems;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Features.Auth;

internal static class Refresh
{
    public static async Task<IResult> HandleAsync(HttpContext context, SessionIssuer sessions, SecurityMetrics metrics)
    {
        if (!(await JsonBody.ReadAsync(context.Request, AuthJson.Default.RefreshRequest)).TryGet(out var request, out var problem))
            return problem;
        if (!RefreshToken.TryParse(request.RefreshToken, out var shown))
            return Refused("The refresh token is not valid.");

        var outcome = await sessions.RefreshAsync(shown, context.RequestAborted);
        context.Note(action: outcome.Reused ? "RefreshTokenReused" : null, tenant: outcome.Session?.Tenant, principal: outcome.Session?.User);
        if (outcome.Tokens is { } tokens)
            return TypedResults.Ok(Login.ToResponse(tokens));
        metrics.Count(outcome.Reused ? SecurityEvent.RefreshReused : SecurityEvent.TokenRefused);
        return Refused(outcome.Reused
            ? "The refresh token was used before, so somebody has a copy: the session is over. Log in again."
            : "The refresh token is not valid.");
    }

    private static ProblemHttpResult Refused(string detail) => Problem.Of(StatusCodes.Status401Unauthorized, ProblemCodes.TokenInvalid, detail);
}
