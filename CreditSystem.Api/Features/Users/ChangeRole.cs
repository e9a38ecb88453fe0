using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Users;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Users;

internal static class ChangeRole
{
    /// <summary>The user's sessions end, so that no token with the scopes of the old role is left.</summary>
    public static async Task<Results<Ok<UserProfile>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<ChangeRoleRequest> body, string id,
        UserStore users, UserProfiles profiles, SessionIssuer sessions, SecurityMetrics metrics, CancellationToken cancellationToken)
    {
        var role = body.Value.Role;
        if (UserAuthority.CheckRole(caller, role) is { } refused)
            return refused;
        if (await users.FindAsync(caller.Tenant, id, cancellationToken) is not { } user)
            return ApiProblems.NotFound("user");
        if (UserAuthority.CheckOver(caller, user.Role) is { } above)
            return above;
        // Before the change: a failure to read must not follow what has been done.
        var profile = await profiles.RevealAsync(user, cancellationToken);
        if (role == user.Role)
            return TypedResults.Ok(profile);
        var change = Builders<User>.Update.Set(u => u.Role, role);
        if (!(await LastOwner.ChangeAsync(users, user, change, cancellationToken)).TryGet(out var changed, out var problem))
            return problem;
        metrics.Count(SecurityEvent.RoleChanged);
        await sessions.EndAllAsync(caller.Tenant, id, except: null, cancellationToken);
        return TypedResults.Ok(profile with { Disabled = changed.Disabled, Role = changed.Role });
    }
}
