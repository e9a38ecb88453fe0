using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

internal static class ListUsers
{
    public static async Task<IResult> HandleAsync(HttpContext context, UserStore users, UserProfiles profiles, string? cursor, int? limit)
    {
        if (!Cursor.Limit(limit).TryGet(out var count, out var problem))
            return problem;
        if (RequestValidation.Text("cursor", cursor, RequestValidation.MaxNameLength) is { } invalid)
            return invalid;
        var found = await users.ListAsync(context.GetCaller().Tenant, cursor, count + 1, context.RequestAborted);
        await profiles.PreloadAsync(found.Take(count), context.RequestAborted);
        var page = new List<UserProfile>();
        foreach (var user in found.Take(count))
            page.Add(await profiles.RevealAsync(user, context.RequestAborted));
        return TypedResults.Ok(new UserPage(page, found.Count > count ? page[^1].Id : null));
    }
}
