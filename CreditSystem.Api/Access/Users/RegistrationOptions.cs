namespace CreditSystem.Api.Access.Users;

internal sealed class RegistrationOptions
{
    public const string SectionName = "Registration";

    /// <summary>Whether anybody may open a tenant of its own.</summary>
    public bool NewTenants { get; set; } = true;

    /// <summary>Whether anybody may become a user of an existing tenant; otherwise its owners create them.</summary>
    public bool Users { get; set; } = true;
}
