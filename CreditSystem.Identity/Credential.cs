using System.Security.Claims;
using CreditSystem.Api.Authentication;

namespace CreditSystem.Identity;

/// <summary>What a verified token or API key says.</summary>
/// <param name="Id">The token's or the key's own id, for the audit log; never a secret.</param>
/// <param name="Session">The login that it comes from, where there is one.</param>
/// <param name="Kind">One of <see cref="CredentialKind"/>.</param>
/// <param name="Revocation">The key that is in Redis once the credential has been revoked.</param>
internal sealed record Credential(
    string Tenant, string Principal, string Role, IEnumerable<string> Scopes, string Id, string? Session = null, string Kind = CredentialKind.Token, string? Revocation = null)
{
    public static ClaimsPrincipal ToPrincipal(string scheme, Credential credential)
    {
        var identity = new ClaimsIdentity(
        [
            new(AccessExtensions.TenantClaim, credential.Tenant),
            new(ClaimTypes.NameIdentifier, credential.Principal),
            new(AccessExtensions.RoleClaim, credential.Role),
            new(AccessExtensions.ScopeClaim, string.Join(' ', credential.Scopes)),
            new(AccessExtensions.CredentialClaim, credential.Id),
            new(AccessExtensions.CredentialKindClaim, credential.Kind),
        ], scheme, ClaimTypes.NameIdentifier, AccessExtensions.RoleClaim);
        if (credential.Session is { } session)
            identity.AddClaim(new Claim(AccessExtensions.SessionClaim, session));
        if (credential.Revocation is { } revocation)
            identity.AddClaim(new Claim(AccessExtensions.RevocationClaim, revocation));
        return new ClaimsPrincipal(identity);
    }
}
