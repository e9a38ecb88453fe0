using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Secrets.Database;

/// <summary>Where the credentials of MongoDB come from.</summary>
public enum DatabaseMode
{
    /// <summary>From the secret <c>mongodb</c>, as everything else.</summary>
    KeyValue,

    /// <summary>A user of its own for each service instance, which ends with its lease.</summary>
    Dynamic,

    /// <summary>One user, whose password Vault rotates.</summary>
    Static,
}

/// <summary>Vault's database engine.</summary>
public sealed class DatabaseOptions
{
    public DatabaseMode Mode { get; set; }

    [Required]
    public string MountPoint { get; set; } = "database";

    /// <summary>The engine's role, or static role.</summary>
    [Required]
    public string Role { get; set; } = "credit-system";

    /// <summary>The database in which the engine makes its users.</summary>
    [Required]
    public string AuthenticationDatabase { get; set; } = "admin";
}
