using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

internal static class ListUsers
{
    public static async Task<Results<Ok<UserPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, UserStore users, UserProfiles profiles, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        if (!Cursor.Limit(limit).TryGet(out var count, out var problem))
            return problem;
        if (!Cursor.IsId(cursor, "usr_"))
            return Cursor.Invalid();
        var found = await users.ListAsync(caller.Tenant, cursor, count + 1, cancellationToken);
        await profiles.PreloadAsync(found.Take(count), cancellationToken);
        var page = new List<UserProfile>();
        foreach (var user in found.Take(count))
            page.Add(await profiles.RevealAsync(user, cancellationToken));
        return TypedResults.Ok(new UserPage(page, found.Count > count ? page[^1].Id : null));
    }
}
