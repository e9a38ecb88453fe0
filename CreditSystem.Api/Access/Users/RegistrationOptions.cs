namespace CreditSystem.Api.Access.Users;

/// <summary>Who may register without anybody's leave. Whoever has the signing key can always make an owner (<c>token</c> command).</summary>
internal sealed class RegistrationOptions
{
    public const string SectionName = "Registration";

    /// <summary>Who may open a tenant of its own.</summary>
    public TenantRegistration NewTenants { get; set; } = TenantRegistration.Open;

    /// <summary>Whether anybody may become a user of an existing tenant; otherwise its owners create them.</summary>
    public bool Users { get; set; } = true;
}

internal enum TenantRegistration
{
    /// <summary>Anybody.</summary>
    Open,

    /// <summary>The first who asks: for an installation of one's own that faces the internet from its first minute.</summary>
    First,

    /// <summary>Nobody.</summary>
    Closed,
}
