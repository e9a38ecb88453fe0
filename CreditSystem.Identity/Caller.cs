namespace CreditSystem.Identity;

/// <summary>Whom a request acts for: taken from its credential, never from its body.</summary>
/// <param name="Tenant">The application that uses the credit system.</param>
/// <param name="Principal">The user or API key, unique within the tenant; with the tenant it is the scope of an Idempotency-Key.</param>
/// <param name="Scopes">What the credential may do (<see cref="Scope"/>).</param>
/// <param name="OwnAccountsOnly">True for a user, who sees and spends only from accounts whose holder is <paramref name="Principal"/>.</param>
internal record Caller(string Tenant, string Principal, IReadOnlySet<string> Scopes, bool OwnAccountsOnly);
