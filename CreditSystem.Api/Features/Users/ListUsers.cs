using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

internal static class ListUsers
{
    public static async Task<Results<Ok<UserPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, UserStore users, UserProfiles profiles, [AsParameters] PageQuery paging, CancellationToken cancellationToken)
    {
        if (!paging.Read().TryGet(out var wanted, out var problem))
            return problem;
        var found = await users.ListAsync(caller.Tenant, wanted.PlaceId, wanted.Limit + 1, cancellationToken);
        await profiles.PreloadAsync(found.Take(wanted.Limit), cancellationToken);
        var page = new List<UserProfile>();
        foreach (var user in found.Take(wanted.Limit))
            page.Add(await profiles.RevealAsync(user, cancellationToken));
        return TypedResults.Ok(new UserPage(page, found.Count > wanted.Limit ? wanted.CursorAt(page[^1].Id) : null));
    }
}
