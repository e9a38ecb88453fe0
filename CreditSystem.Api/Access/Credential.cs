using System.Security.Claims;

namespace CreditSystem.Api.Access;

/// <summary>What a verified token or API key says.</summary>
/// <param name="Id">The token's or the key's own id, for the audit log; never a secret.</param>
/// <param name="Session">The login that it comes from, where there is one.</param>
internal sealed record Credential(string Tenant, string Principal, string Role, IEnumerable<string> Scopes, string Id, string? Session = null)
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
        ], scheme, ClaimTypes.NameIdentifier, AccessExtensions.RoleClaim);
        if (credential.Session is { } session)
            identity.AddClaim(new Claim(AccessExtensions.SessionClaim, session));
        return new ClaimsPrincipal(identity);
    }
}
