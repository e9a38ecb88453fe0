using System.Security.Claims;

namespace CreditSystem.Identity;

/// <summary>What a verified token or API key says.</summary>
/// <param name="Id">The token's or the key's own id, for the audit log; never a secret.</param>
/// <param name="Session">The login that it comes from, where there is one.</param>
/// <param name="Kind">One of <see cref="CredentialKind"/>.</param>
/// <param name="Revocation">The key that is in Redis once the credential has been revoked.</param>
public sealed record Credential(
    string Tenant, string Principal, string Role, IEnumerable<string> Scopes, string Id, string? Session = null,
    string Kind = CredentialKind.Token, string? Revocation = null)
{
    public static ClaimsPrincipal ToPrincipal(string scheme, Credential credential)
    {
        var identity = new ClaimsIdentity(
        [
            new(CredentialClaims.Tenant, credential.Tenant),
            new(ClaimTypes.NameIdentifier, credential.Principal),
            new(CredentialClaims.Role, credential.Role),
            new(CredentialClaims.Scope, string.Join(' ', credential.Scopes)),
            new(CredentialClaims.Credential, credential.Id),
            new(CredentialClaims.Kind, credential.Kind),
        ], scheme, ClaimTypes.NameIdentifier, CredentialClaims.Role);
        if (credential.Session is { } session)
            identity.AddClaim(new Claim(CredentialClaims.Session, session));
        if (credential.Revocation is { } revocation)
            identity.AddClaim(new Claim(CredentialClaims.Revocation, revocation));
        return new ClaimsPrincipal(identity);
    }
}
