namespace CreditSystem.Identity.Users;

/// <summary>Who may register without anybody's leave. With the signing key anybody can make an owner (<c>token</c> command).</summary>
public sealed class RegistrationOptions
{
    public const string SectionName = "Registration";

    /// <summary>
    /// Who may open a tenant of its own, one of <see cref="TenantRegistration"/>; by default nobody, and in development anybody.
    /// A text, so that a value that is none of them is refused with a sentence.
    /// </summary>
    public string NewTenants { get; set; } = nameof(TenantRegistration.Closed);

    /// <summary>Whether anybody may become a user of an existing tenant; otherwise its owners create them.</summary>
    public bool Users { get; set; } = true;

    public bool IsValid => Enum.GetNames<TenantRegistration>().Contains(NewTenants, StringComparer.OrdinalIgnoreCase);

    public TenantRegistration Tenants => Enum.Parse<TenantRegistration>(NewTenants, ignoreCase: true);
}

public enum TenantRegistration
{
    /// <summary>Anybody.</summary>
    Open,

    /// <summary>The first who asks: for an installation of one's own that faces the internet from its first minute.</summary>
    First,

    /// <summary>Nobody.</summary>
    Closed,
}
