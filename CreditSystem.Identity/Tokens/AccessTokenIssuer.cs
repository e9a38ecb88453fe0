using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CreditSystem.Identity.Tokens;

/// <summary>Signs access tokens: JWT, HS256, with the claims <c>sub</c>, <c>tenant</c>, <c>role</c> and <c>scope</c>.</summary>
public sealed class AccessTokenIssuer(SigningKeys keys, IOptions<AccessTokenOptions> options, TimeProvider time)
{
    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="subject">The user or the program, unique within the tenant.</param>
    /// <param name="tenant">Whom it acts for.</param>
    /// <param name="role">One of <see cref="Role"/>.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="session">The login that the token comes from, so that it ends with it; null for a token without one.</param>
    public AccessToken Issue(string subject, string tenant, string role, IEnumerable<string> scopes, string? session = null)
    {
        var now = time.GetUtcNow();
        var expires = now.AddSeconds(options.Value.LifetimeSeconds);
        var id = Guid.NewGuid().ToString("N");
        var claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = subject,
            [JwtRegisteredClaimNames.Jti] = id,
            [CredentialClaims.Tenant] = tenant,
            [CredentialClaims.Role] = role,
            [CredentialClaims.Scope] = string.Join(' ', scopes),
        };
        if (session is not null)
            claims[CredentialClaims.Session] = session;
        var token = handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.Value.Issuer,
            Audience = options.Value.Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            Claims = claims,
            SigningCredentials = new SigningCredentials(keys.Current, SecurityAlgorithms.HmacSha256),
        });
        return new AccessToken(token, options.Value.LifetimeSeconds);
    }
}

/// <param name="Value">The token in compact form: a secret.</param>
/// <param name="LifetimeSeconds">How long it is good for.</param>
public sealed record AccessToken(string Value, int LifetimeSeconds);
