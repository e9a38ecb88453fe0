using CreditSystem.Api.Http;
using CreditSystem.Api.Problems;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Tenants;
using CreditSystem.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Features.Auth;

internal static class Login
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, UserStore users, TenantStore tenants, UserProfiles profiles, PasswordHashing passwords, LoginLimiter limiter, LoginCompletion completion, SecurityMetrics metrics)
    {
        var aborted = context.RequestAborted;
        if (!(await JsonBody.ReadAsync(context.Request, AuthJson.Default.LoginRequest)).TryGet(out var request, out var problem))
            return problem;
        if (!RegistrationRules.IsTenantName(request.Tenant) || request.Login.Length is 0 or > 254 || request.Password.Length is 0 or > PasswordRules.MaxLength)
            return Refused();

        var emailIndex = profiles.EmailIndex(request.Tenant, request.Login);
        var user = await users.FindByLoginAsync(request.Tenant, emailIndex, profiles.UsernameIndex(request.Tenant, request.Login), aborted);
        if (user is not null)
            context.Note(tenant: user.Tenant, principal: user.Id);
        // Before the password, which takes long to look at.
        var attempt = await limiter.TryAsync(context, request.Tenant, user?.Id ?? emailIndex, user);
        if (!attempt.IsAllowed)
            return TypedResults.Empty;
        var (matches, outdated) = passwords.Verify(user, request.Password);
        if (!matches || user is null)
        {
            metrics.Count(SecurityEvent.LoginFailed);
            // Only a tenant that exists has an audit trail; it is looked for whether or not there is such a user.
            if (await tenants.FindAsync(request.Tenant, aborted) is { } tenant)
                context.Note(tenant: tenant.Id);
            return Refused();
        }

        limiter.Succeeded(attempt);
        if (user.Disabled)
            return Problem.Of(StatusCodes.Status403Forbidden, "user_disabled", "The user is disabled; ask an owner of the tenant.");
        return await completion.CompleteAsync(user, attempt, outdated ? request.Password : null, aborted) is { } tokens ? TypedResults.Ok(ToResponse(tokens)) : Refused();
    }

    internal static TokenResponse ToResponse(IssuedTokens tokens) =>
        new(tokens.Access.Value, "Bearer", tokens.Access.LifetimeSeconds, tokens.RefreshToken, tokens.RefreshLifetimeSeconds);

    /// <summary>The same for a wrong password, an unknown user and an unknown tenant.</summary>
    internal static ProblemHttpResult Refused() =>
        Problem.Of(StatusCodes.Status401Unauthorized, "invalid_credentials", "Tenant, login and password do not belong together.");
}
