using CreditSystem.Api.Authentication;
using CreditSystem.Api.Features.Auth;
using CreditSystem.Api.Http;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Users;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Users;

internal static class ChangeRole
{
    /// <summary>The user's sessions end, so that no token with the scopes of the old role is left.</summary>
    public static async Task<IResult> HandleAsync(HttpContext context, string id, UserStore users, UserProfiles profiles, SessionIssuer sessions, SecurityMetrics metrics)
    {
        var aborted = context.RequestAborted;
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, AuthJson.Default.ChangeRoleRequest)).TryGet(out var request, out var problem))
            return problem;
        if (UserAuthority.CheckRole(caller, request.Role) is { } refused)
            return refused;
        if (await users.FindAsync(caller.Tenant, id, aborted) is not { } user)
            return Refusal.NotFound("user");
        if (UserAuthority.CheckOver(caller, user.Role) is { } above)
            return above;
        // Before the change: a failure to read must not follow what has been done.
        var profile = await profiles.RevealAsync(user, aborted);
        if (request.Role == user.Role)
            return TypedResults.Ok(profile);
        if (!(await LastOwner.ChangeAsync(users, user, Builders<User>.Update.Set(u => u.Role, request.Role), aborted)).TryGet(out var changed, out problem))
            return problem;
        metrics.Count(SecurityEvent.RoleChanged);
        await sessions.EndAllAsync(caller.Tenant, id, except: null, aborted);
        return TypedResults.Ok(profile with { Disabled = changed.Disabled, Role = changed.Role });
    }
}
