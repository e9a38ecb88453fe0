using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Auth.Mfa;

/// <summary><c>identity/</c>, of which there are the second factor of logins, and the look-up of who it is for.</summary>
internal sealed class IdentityBackend : Backend
{
    public IdentityBackend(MfaStore store, MountTable mounts)
    {
        new MfaRoutes(store).Map(Map);
        new EntityRoutes(mounts).Map(Map);
    }
}
