using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Tokens;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CreditSystem.Api.Authentication;

/// <summary>How an access token is verified. Claims that it does not know (such as a fingerprint) are no reason to refuse it.</summary>
internal sealed class BearerSetup(
    SigningKeys keys, VerifiedTokens verified, IOptions<AccessTokenOptions> tokens, TimeProvider time,
    SecurityMetrics metrics) : IConfigureNamedOptions<JwtBearerOptions>
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
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = RequireKeyAsync,
            OnTokenValidated = AcceptAsync,
            OnChallenge = ChallengeAsync
        };
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
        if (context.Request.Headers.Authorization is not [{ }])
            return Task.CompletedTask;
        _ = keys.Current;
        if (ShownCredentials.TokenOf(context.Request) is { } token && verified.Find(token) is { } principal)
        {
            context.Principal = principal;
            context.Success();
        }
        return Task.CompletedTask;
    }

    /// <summary>Replaces the token's claims by the few that the API acts on.</summary>
    private Task AcceptAsync(TokenValidatedContext context)
    {
        var user = context.Principal!;
        var tenant = user.FindFirst(CredentialClaims.Tenant)?.Value;
        var subject = user.FindFirst(JwtRegisteredClaimNames.Sub)?.Value;
        if (string.IsNullOrEmpty(tenant) || string.IsNullOrEmpty(subject))
        {
            context.Fail("The token names no tenant or no subject.");
            return Task.CompletedTask;
        }

        // Whether the session is over the request gate asks, together with what else it asks of Redis.
        var session = user.FindFirst(CredentialClaims.Session)?.Value;
        context.Principal = Credential.ToPrincipal(context.Scheme.Name, new Credential(
            tenant,
            subject,
            user.FindFirst(CredentialClaims.Role)?.Value ?? Role.Service,
            user.FindAll(CredentialClaims.Scope).SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            user.FindFirst(JwtRegisteredClaimNames.Jti)?.Value ?? "",
            session,
            Revocation: session is null ? null : Revocations.KeyOfSession(session)));
        if (ShownCredentials.TokenOf(context.Request) is { } token)
            verified.Add(token, context.Principal, context.SecurityToken.ValidTo);
        return Task.CompletedTask;
    }

    private Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        metrics.Count(context.AuthenticateFailure is null ? SecurityEvent.CredentialMissing : SecurityEvent.TokenRefused);
        if (context.AuthenticateFailure is null)
            return CredentialProblem.WriteAsync(
                context.HttpContext, ProblemCodes.AuthRequired, "Send an access token (Authorization: Bearer) or an API key (X-API-Key).");
        var expired = context.AuthenticateFailure is SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException;
        return CredentialProblem.WriteAsync(
            context.HttpContext, ProblemCodes.TokenInvalid, expired ? "The access token has expired." : "The access token is not valid.");
    }
}
