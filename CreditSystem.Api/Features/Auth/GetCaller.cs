using System.Security.Claims;
using CreditSystem.Api.Authentication;
using CreditSystem.Identity;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Auth;

internal static class GetCaller
{
    public static async Task<IResult> HandleAsync(HttpContext context, UserStore users, UserProfiles profiles)
    {
        var caller = context.GetCaller();
        var user = await users.FindAsync(caller.Tenant, caller.Principal, context.RequestAborted);
        return TypedResults.Ok(new CallerResponse(
            caller.Tenant,
            caller.Principal,
            context.User.FindFirstValue(CredentialClaims.Role) ?? "",
            [.. caller.Scopes.Order(StringComparer.Ordinal)],
            user is null ? null : await profiles.RevealAsync(user, context.RequestAborted)));
    }
}
