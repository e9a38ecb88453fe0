using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Users;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Auth;

internal static class ChangePassword
{
    /// <summary>Every other session of the user ends: somebody who knew the old password may have one.</summary>
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<ChangePasswordRequest> body, ClientAddress address,
        UserStore users, UserProfiles profiles, PasswordHashing passwords, SessionIssuer sessions, LoginLimiter limiter,
        SecurityMetrics metrics,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        if (await users.FindAsync(caller.Tenant, caller.Principal, cancellationToken) is not { } user)
            return ApiProblems.NotFound("user");
        // A thief of a token may not try passwords with it either.
        if (!(await limiter.TryAsync(address, user.Tenant, user.Id, user, cancellationToken)).TryGet(out var attempt, out var limited))
            return limited;
        if (request.CurrentPassword.Length > PasswordRules.MaxLength || !passwords.Verify(user, request.CurrentPassword).Matches)
        {
            metrics.Count(SecurityEvent.LoginFailed);
            return Login.Refused();
        }

        limiter.Succeeded(attempt);
        var profile = await profiles.RevealAsync(user, cancellationToken);
        if (RegistrationRules.CheckPassword(request.NewPassword, profile.Tenant, profile.Username, profile.Email) is { } weak)
            return weak;
        var change = Builders<User>.Update.Set(u => u.PasswordHash, passwords.Hash(request.NewPassword));
        await users.UpdateAsync(user.Tenant, user.Id, change, cancellationToken);
        metrics.Count(SecurityEvent.PasswordChanged);
        await sessions.EndAllAsync(user.Tenant, user.Id, caller.Session, cancellationToken);
        return TypedResults.NoContent();
    }
}
