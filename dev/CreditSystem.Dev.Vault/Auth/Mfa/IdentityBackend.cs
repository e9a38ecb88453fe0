using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Auth.Mfa;

/// <summary><c>identity/</c>, of which the second factor of logins is all that there is.</summary>
internal sealed class IdentityBackend : Backend
{
    public IdentityBackend(MfaStore store) => new MfaRoutes(store).Map(Map);
}
