using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

internal static class GetUser
{
    public static async Task<IResult> HandleAsync(HttpContext context, string id, UserStore users, UserProfiles profiles) =>
        await users.FindAsync(context.GetCaller().Tenant, id, context.RequestAborted) is { } user
            ? TypedResults.Ok(await profiles.RevealAsync(user, context.RequestAborted))
            : Refusal.NotFound("user");
}
