using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Users;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Users;

/// <summary>Disables a user, which ends all its sessions, or enables it again.</summary>
internal static class DisableUser
{
    public static Task<IResult> DisableAsync(HttpContext context, string id, UserStore users, UserProfiles profiles, SessionIssuer sessions, SecurityMetrics metrics) =>
        SetAsync(context, id, disabled: true, users, profiles, sessions, metrics);

    public static Task<IResult> EnableAsync(HttpContext context, string id, UserStore users, UserProfiles profiles, SessionIssuer sessions, SecurityMetrics metrics) =>
        SetAsync(context, id, disabled: false, users, profiles, sessions, metrics);

    private static async Task<IResult> SetAsync(HttpContext context, string id, bool disabled, UserStore users, UserProfiles profiles, SessionIssuer sessions, SecurityMetrics metrics)
    {
        var aborted = context.RequestAborted;
        var caller = context.GetCaller();
        if (await users.FindAsync(caller.Tenant, id, aborted) is not { } user)
            return Refusal.NotFound("user");
        if (UserAuthority.CheckOver(caller, user.Role) is { } refused)
            return refused;
        // Before the change: a failure to read must not follow what has been done.
        var profile = await profiles.RevealAsync(user, aborted);
        var change = Builders<User>.Update.Set(u => u.Disabled, disabled);
        if (!(disabled ? await LastOwner.ChangeAsync(users, user, change, aborted) : await EnableAsync(users, user, change, aborted)).TryGet(out var changed, out var problem))
            return problem;
        if (disabled)
        {
            metrics.Count(SecurityEvent.UserDisabled);
            await sessions.EndAllAsync(caller.Tenant, id, except: null, aborted);
        }

        return TypedResults.Ok(profile with { Disabled = changed.Disabled, Role = changed.Role });
    }

    private static async Task<Checked<User>> EnableAsync(UserStore users, User user, UpdateDefinition<User> change, CancellationToken cancellationToken) =>
        await users.UpdateAsync(user.Tenant, user.Id, change, cancellationToken) is { } changed ? changed : Refusal.NotFound("user");
}
