using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Users;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Users;

/// <summary>Disables a user, which ends all its sessions, or enables it again.</summary>
internal static class DisableUser
{
    public static async Task<Results<Ok<UserProfile>, ProblemHttpResult>> DisableAsync(
        RequestCaller caller, string id, UserStore users, UserProfiles profiles, SessionIssuer sessions, SecurityMetrics metrics,
        CancellationToken cancellationToken)
    {
        var disabled = await SetAsync(
            caller, id, users, profiles,
            user => LastOwner.ChangeAsync(users, user, Builders<User>.Update.Set(u => u.Disabled, true), cancellationToken),
            cancellationToken);
        if (!disabled.TryGet(out var profile, out var problem))
            return problem;
        metrics.Count(SecurityEvent.UserDisabled);
        await sessions.EndAllAsync(caller.Tenant, id, except: null, cancellationToken);
        return TypedResults.Ok(profile);
    }

    public static async Task<Results<Ok<UserProfile>, ProblemHttpResult>> EnableAsync(
        RequestCaller caller, string id, UserStore users, UserProfiles profiles, CancellationToken cancellationToken)
    {
        var enabled = await SetAsync(
            caller, id, users, profiles,
            async user =>
                await users.UpdateAsync(
                    user.Tenant, user.Id, Builders<User>.Update.Set(u => u.Disabled, false), cancellationToken) is { } changed
                ? changed
                : ApiProblems.NotFound("user"),
            cancellationToken);
        return enabled.Answer(profile => TypedResults.Ok(profile));
    }

    private static async Task<Validated<UserProfile>> SetAsync(
        RequestCaller caller, string id, UserStore users, UserProfiles profiles, Func<User, Task<Validated<User>>> change,
        CancellationToken cancellationToken)
    {
        if (await users.FindAsync(caller.Tenant, id, cancellationToken) is not { } user)
            return ApiProblems.NotFound("user");
        if (UserAuthority.CheckOver(caller, user.Role) is { } refused)
            return refused;
        // Before the change: a failure to read must not follow what has been done.
        var profile = await profiles.RevealAsync(user, cancellationToken);
        if (!(await change(user)).TryGet(out var changed, out var problem))
            return problem;
        return profile with { Disabled = changed.Disabled, Role = changed.Role };
    }
}
