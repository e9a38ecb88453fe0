using CreditSystem.Api.Access.Sessions;
using CreditSystem.Api.Problems;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CreditSystem.Api.Access.Tokens;

/// <summary>How an access token is verified. Claims that it does not know (such as a fingerprint) are no reason to refuse it.</summary>
internal sealed class BearerSetup(SigningKeys keys, IOptions<AccessTokenOptions> tokens, TimeProvider time) : IConfigureNamedOptions<JwtBearerOptions>
{
    public void Configure(JwtBearerOptions options) => Configure(JwtBearerDefaults.AuthenticationScheme, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidIssuer = tokens.Value.Issuer,
            ValidAudience = tokens.Value.Audience,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            IssuerSigningKeyResolver = (_, _, keyId, _) => keys.FindVerifying(keyId),
            LifetimeValidator = IsInTime,
        };
        options.Events = new JwtBearerEvents { OnMessageReceived = RequireKeyAsync, OnTokenValidated = AcceptAsync, OnChallenge = ChallengeAsync };
    }

    private bool IsInTime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var skew = TimeSpan.FromSeconds(tokens.Value.ClockSkewSeconds);
        return expires is { } end && now < end + skew && (notBefore is not { } start || now >= start - skew);
    }

    /// <summary>Without a key every token would look forged: that is an outage (503), not the caller's fault.</summary>
    private Task RequireKeyAsync(MessageReceivedContext context)
    {
        if (context.Request.Headers.Authorization.Count > 0)
            _ = keys.Current;
        return Task.CompletedTask;
    }

    /// <summary>Replaces the token's claims by the few that the API acts on.</summary>
    private static async Task AcceptAsync(TokenValidatedContext context)
    {
        var user = context.Principal!;
        var tenant = user.FindFirst(AccessExtensions.TenantClaim)?.Value;
        var subject = user.FindFirst(JwtRegisteredClaimNames.Sub)?.Value;
        if (string.IsNullOrEmpty(tenant) || string.IsNullOrEmpty(subject))
        {
            context.Fail("The token names no tenant or no subject.");
            return;
        }

        var session = user.FindFirst(AccessExtensions.SessionClaim)?.Value;
        if (session is not null && await context.HttpContext.RequestServices.GetRequiredService<Revocations>().ContainsAsync(session, context.HttpContext.RequestAborted))
        {
            context.Fail("The session is over.");
            return;
        }

        context.Principal = Credential.ToPrincipal(context.Scheme.Name, new Credential(
            tenant,
            subject,
            user.FindFirst(AccessExtensions.RoleClaim)?.Value ?? Role.Service,
            user.FindAll(AccessExtensions.ScopeClaim).SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            user.FindFirst(JwtRegisteredClaimNames.Jti)?.Value ?? "",
            session));
    }

    private static async Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        var response = context.Response;
        if (context.AuthenticateFailure is null)
        {
            response.Headers.WWWAuthenticate = "Bearer";
            await Problem.Of(StatusCodes.Status401Unauthorized, ProblemCodes.AuthRequired, "Send an access token (Authorization: Bearer) or an API key (X-API-Key).").ExecuteAsync(context.HttpContext);
            return;
        }

        var expired = context.AuthenticateFailure is SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException;
        response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        await Problem.Of(
            StatusCodes.Status401Unauthorized,
            ProblemCodes.TokenInvalid,
            expired ? "The access token has expired." : "The access token is not valid.").ExecuteAsync(context.HttpContext);
    }
}
