using CreditSystem.Identity;
using CreditSystem.Identity.Sessions;

namespace CreditSystem.Api.Features.Auth;

internal static class Logout
{
    /// <summary>204 also for a credential without a session, of which there is nothing to end.</summary>
    public static async Task<IResult> HandleAsync(HttpContext context, SessionIssuer sessions)
    {
        if (context.User.FindFirst(CredentialClaims.Session)?.Value is { } session)
            await sessions.EndAsync(session, context.RequestAborted);
        return TypedResults.NoContent();
    }
}
