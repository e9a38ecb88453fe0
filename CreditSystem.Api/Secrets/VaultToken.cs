using VaultSharp;

namespace CreditSystem.Api.Secrets;

/// <summary>One login's token, inside the client that carries it; the value itself is nowhere else.</summary>
internal sealed class VaultToken(IVaultClient client, string accessor, DateTimeOffset leasedAt, TimeSpan lease, bool renewable)
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    public IVaultClient Client { get; } = client;

    public string Accessor { get; } = accessor;

    public DateTimeOffset LeasedAt { get; } = leasedAt;

    public TimeSpan Lease { get; } = lease;

    public bool Renewable { get; } = renewable;

    public DateTimeOffset ExpiresAt => LeasedAt + Lease;

    /// <summary>From here on renewal is no longer waited for: another login goes alongside while this token still works.</summary>
    public DateTimeOffset HardDeadline => ExpiresAt - (Lease / 6 < LongestMargin ? Lease / 6 : LongestMargin);

    /// <summary>The same token with the lease that a renewal granted.</summary>
    public VaultToken Renewed(DateTimeOffset at, TimeSpan granted, bool renewable) => new(Client, Accessor, at, granted, renewable);

    public override string ToString() => nameof(VaultToken);
}
