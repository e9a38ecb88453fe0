using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

internal static class GetUser
{
    public static async Task<Results<Ok<UserProfile>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, string id, UserStore users, UserProfiles profiles, CancellationToken cancellationToken) =>
        await users.FindAsync(caller.Tenant, id, cancellationToken) is { } user
            ? TypedResults.Ok(await profiles.RevealAsync(user, cancellationToken))
            : ApiProblems.NotFound("user");
}
