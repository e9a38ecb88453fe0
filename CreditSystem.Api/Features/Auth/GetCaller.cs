using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Auth;

internal static class GetCaller
{
    public static async Task<Ok<CallerResponse>> HandleAsync(
        RequestCaller caller, UserStore users, UserProfiles profiles, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(caller.Tenant, caller.Principal, cancellationToken);
        return TypedResults.Ok(new CallerResponse(
            caller.Tenant, caller.Principal, caller.Role, [.. caller.Scopes.Order(StringComparer.Ordinal)],
            user is null ? null : await profiles.RevealAsync(user, cancellationToken)));
    }
}
