using CreditSystem.Identity.Sessions;

namespace CreditSystem.Api.Features.Auth;

internal static class Logout
{
    /// <summary>204 also for a credential without a session, of which there is nothing to end.</summary>
    public static async Task<NoContent> HandleAsync(RequestCaller caller, SessionIssuer sessions, CancellationToken cancellationToken)
    {
        if (caller.Session is { } session)
            await sessions.EndAsync(session, cancellationToken);
        return TypedResults.NoContent();
    }
}
