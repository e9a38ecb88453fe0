namespace CreditSystem.Secrets.Database;

/// <summary>Credentials that the database engine has issued, or whose password it rotates.</summary>
/// <param name="Path">Where they come from.</param>
/// <param name="Username">The user.</param>
/// <param name="Password">Never in its text.</param>
/// <param name="Id">Of the lease; empty for a static role, which has none.</param>
/// <param name="IssuedAt">When it was issued.</param>
/// <param name="LeasedAt">When it was issued or last renewed.</param>
/// <param name="Duration">How long it is good for from there on.</param>
/// <param name="Asked">The duration that it was issued with.</param>
/// <param name="Accessor">Of the token that it ends with.</param>
public sealed record DatabaseLease(
    string Path, string Username, string Password, string Id, DateTimeOffset IssuedAt, DateTimeOffset LeasedAt, TimeSpan Duration,
    TimeSpan Asked, string Accessor)
{
    /// <summary>The duration of what has no lease: a static role's user does not end.</summary>
    public static readonly TimeSpan Endless = TimeSpan.FromDays(36_500);

    private const double Whole = 0.98;

    public DateTimeOffset ExpiresAt => LeasedAt + Duration;

    /// <summary>When to renew it, or to have another one issued: what then is left is time for the clients to change over.</summary>
    public DateTimeOffset DueAt => LeasedAt + Duration * 2 / 3;

    /// <summary>Its max TTL is near: another renewal could not give what it asks for.</summary>
    public bool IsFinal => Duration < Asked * Whole;

    public override string ToString() => Path;
}
