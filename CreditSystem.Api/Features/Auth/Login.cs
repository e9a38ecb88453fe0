using CreditSystem.Api.Access.Sessions;
using CreditSystem.Api.Access.Users;
using CreditSystem.Api.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Auth;

internal static class Login
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, UserStore users, UserProfiles profiles, PasswordHashing passwords, Wallets wallets, SessionIssuer sessions)
    {
        var aborted = context.RequestAborted;
        if (!(await JsonBody.ReadAsync(context.Request, AuthJson.Default.LoginRequest)).TryGet(out var request, out var problem))
            return problem;
        if (request.Tenant.Length > 63 || request.Login.Length is 0 or > 254 || request.Password.Length is 0 or > PasswordRules.MaxLength)
            return Refused();

        var user = await users.FindByLoginAsync(
            request.Tenant, profiles.EmailIndex(request.Tenant, request.Login), profiles.UsernameIndex(request.Tenant, request.Login), aborted);
        var (matches, outdated) = passwords.Verify(user, request.Password);
        if (!matches || user is null)
            return Refused();
        if (user.Disabled)
            return Problem.Of(StatusCodes.Status403Forbidden, "user_disabled", "The user is disabled; ask an owner of the tenant.");

        if (outdated)
            await users.UpdateAsync(user.Tenant, user.Id, Builders<User>.Update.Set(u => u.PasswordHash, passwords.Hash(request.Password)), aborted);
        await wallets.EnsureOpenAsync(user, aborted);
        return await sessions.BeginAsync(user, aborted) is { } tokens ? TypedResults.Ok(ToResponse(tokens)) : Refused();
    }

    internal static TokenResponse ToResponse(IssuedTokens tokens) =>
        new(tokens.Access.Value, "Bearer", tokens.Access.LifetimeSeconds, tokens.RefreshToken, tokens.RefreshLifetimeSeconds);

    /// <summary>The same for a wrong password, an unknown user and an unknown tenant.</summary>
    internal static ProblemHttpResult Refused() =>
        Problem.Of(StatusCodes.Status401Unauthorized, "invalid_credentials", "Tenant, login and password do not belong together.");
}
