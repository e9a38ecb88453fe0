using CreditSystem.Api.RateLimiting;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Tenants;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Auth;

internal static class Login
{
    private const int MaxLoginLength = 254;

    public static async Task<Results<Ok<TokensResponse>, ProblemHttpResult>> HandleAsync(
        JsonBody<LoginRequest> body, ClientAddress address, SecurityAuditNote audit,
        UserStore users, TenantStore tenants, UserProfiles profiles, PasswordHashing passwords, LoginLimiter limiter,
        LoginCompletion completion,
        SecurityMetrics metrics, CancellationToken cancellationToken)
    {
        var request = body.Value;
        if (!RegistrationRules.IsTenantName(request.Tenant)
            || request.Login.Length is 0 or > MaxLoginLength || request.Password.Length is 0 or > PasswordRules.MaxLength)
            return Refused();
        var emailIndex = profiles.EmailIndex(request.Tenant, request.Login);
        var usernameIndex = profiles.UsernameIndex(request.Tenant, request.Login);
        var user = await users.FindByLoginAsync(request.Tenant, emailIndex, usernameIndex, cancellationToken);
        if (user is not null)
            audit.EnrichAudit(tenant: user.Tenant, principal: user.Id);
        // Before the password, which takes long to look at.
        var limit = await limiter.TryAsync(address, request.Tenant, user?.Id ?? emailIndex, user, cancellationToken);
        if (!limit.TryGet(out var attempt, out var limited))
            return limited;
        var (matches, outdated) = passwords.Verify(user, request.Password);
        if (!matches || user is null)
        {
            metrics.Count(SecurityEvent.LoginFailed);
            // Only a tenant that exists has an audit trail; it is looked for whether or not there is such a user.
            if (await tenants.FindAsync(request.Tenant, cancellationToken) is { } tenant)
                audit.EnrichAudit(tenant: tenant.Id);
            return Refused();
        }

        limiter.Succeeded(attempt);
        if (user.Disabled)
            return ApiProblems.Create(StatusCodes.Status403Forbidden, "user_disabled", "The user is disabled; ask an owner of the tenant.");
        return await completion.CompleteAsync(user, attempt, outdated ? request.Password : null, cancellationToken) is { } tokens
            ? TypedResults.Ok(ToResponse(tokens))
            : Refused();
    }

    internal static TokensResponse ToResponse(IssuedTokens tokens) =>
        new(tokens.Access.Value, "Bearer", tokens.Access.LifetimeSeconds, tokens.RefreshToken, tokens.RefreshLifetimeSeconds);

    /// <summary>The same for a wrong password, an unknown user and an unknown tenant.</summary>
    internal static ProblemHttpResult Refused() =>
        ApiProblems.Create(StatusCodes.Status401Unauthorized, "invalid_credentials", "Tenant, login and password do not belong together.");
}
