using CreditSystem.Identity.Users;
using Microsoft.Extensions.Options;

namespace CreditSystem.Identity.Tenants;

/// <summary>How a tenant comes to be: by the registration of its owner, or by a user that a signed token makes.</summary>
public sealed class TenantProvisioning(TenantStore tenants, UserStore users, IOptions<RegistrationOptions> options, TimeProvider time)
{
    /// <summary>Whether anybody may open a tenant now.</summary>
    public async Task<bool> IsAllowedAsync(CancellationToken cancellationToken) => options.Value.Tenants switch
    {
        TenantRegistration.Open => true,
        TenantRegistration.First => !await tenants.AnyAsync(cancellationToken),
        _ => false,
    };

    /// <summary>
    /// False when somebody has the name. A name without a record of its own may have users all the same, made with a token of
    /// the <c>token</c> command: who opened it would own those.
    /// </summary>
    public async Task<bool> TryOpenAsync(string name, string owner, CancellationToken cancellationToken) =>
        (await users.ListAsync(name, after: null, limit: 1, cancellationToken)).Count == 0
            && await TryRecordAsync(name, owner, cancellationToken);

    /// <summary>For a user that an administrator creates: the name is taken from then on.</summary>
    public Task<bool> TryRecordAsync(string name, string owner, CancellationToken cancellationToken) =>
        tenants.TryInsertAsync(new Tenant { Id = name, Owner = owner, CreatedAt = time.GetUtcNow().UtcDateTime }, cancellationToken);
}
