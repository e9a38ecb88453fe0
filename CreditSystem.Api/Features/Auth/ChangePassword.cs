using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Users;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Auth;

internal static class ChangePassword
{
    /// <summary>Every other session of the user ends: whoever knew the old password may have one.</summary>
    public static async Task<IResult> HandleAsync(HttpContext context, UserStore users, UserProfiles profiles, PasswordHashing passwords, SessionIssuer sessions, LoginLimiter limiter, SecurityMetrics metrics)
    {
        var aborted = context.RequestAborted;
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, AuthJson.Default.ChangePasswordRequest)).TryGet(out var request, out var problem))
            return problem;
        if (await users.FindAsync(caller.Tenant, caller.Principal, aborted) is not { } user)
            return Refusal.NotFound("user");
        // Whoever has stolen a token may not try passwords with it either.
        var attempt = await limiter.TryAsync(context, user.Tenant, user.Id, user);
        if (!attempt.IsAllowed)
            return TypedResults.Empty;
        if (request.CurrentPassword.Length > PasswordRules.MaxLength || !passwords.Verify(user, request.CurrentPassword).Matches)
        {
            metrics.Count(SecurityEvent.LoginFailed);
            return Login.Refused();
        }

        limiter.Succeeded(attempt);
        var profile = await profiles.RevealAsync(user, aborted);
        if (RegistrationRules.CheckPassword(request.NewPassword, profile.Tenant, profile.Username, profile.Email) is { } weak)
            return weak;

        await users.UpdateAsync(user.Tenant, user.Id, Builders<User>.Update.Set(u => u.PasswordHash, passwords.Hash(request.NewPassword)), aborted);
        metrics.Count(SecurityEvent.PasswordChanged);
        await sessions.EndAllAsync(user.Tenant, user.Id, context.User.FindFirst(CredentialClaims.Session)?.Value, aborted);
        return TypedResults.NoContent();
    }
}
