using CreditSystem.ServiceDefaults;
using VaultSharp;

namespace CreditSystem.Secrets.Vault;

/// <summary>One login's token, inside the client that carries it; the value itself is nowhere else.</summary>
/// <param name="Client">Carries the token.</param>
/// <param name="Channel">Carries it, too, for calls that the client has no method for.</param>
/// <param name="Accessor">Names the token without being it.</param>
/// <param name="LeasedAt">Taken before the call that granted the lease: late rather than early would be too late.</param>
/// <param name="Lease">How long it is good for from there on.</param>
/// <param name="Asked">The lease of the login, which every renewal asks for again.</param>
/// <param name="IsFinal">The next renewal cannot give what it asks for: log in again instead.</param>
/// <param name="Deadline">How long before the end a renewal is no longer waited for.</param>
/// <param name="IsBatch">It cannot be renewed or revoked: another login replaces it, and it ends with its lease.</param>
public sealed record VaultToken(
    IVaultClient Client, VaultChannel Channel, string Accessor, DateTimeOffset LeasedAt, TimeSpan Lease, TimeSpan Asked, bool IsFinal,
    TimeSpan Deadline, bool IsBatch = false)
{
    // Vault rounds to seconds; a lease shorter than that by more is one that its max TTL has cut.
    private const double Whole = 0.98;

    public DateTimeOffset ExpiresAt => LeasedAt + Lease;

    /// <summary>From here on renewal is no longer waited for: another login goes alongside while this token still works.</summary>
    public DateTimeOffset HardDeadline => ExpiresAt - (Lease / 6 < Deadline ? Lease / 6 : Deadline);

    /// <summary>When to renew it, or to replace it where that is final: about two thirds into the lease, each replica elsewhere.</summary>
    public DateTimeOffset DueAt { get; } = LeasedAt + Backoff.Spread(Lease * 0.66, share: 0.06);

    /// <summary>The same token with the lease that a renewal granted.</summary>
    public VaultToken Renewed(DateTimeOffset at, TimeSpan granted, bool renewable) =>
        new(Client, Channel, Accessor, at, granted, Asked, !renewable || granted < Asked * Whole, Deadline);

    public override string ToString() => nameof(VaultToken);
}
