using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Secrets.Transit;

/// <summary>Vault's transit engine, which encrypts personal data under a key that never leaves it.</summary>
public sealed class TransitOptions
{
    /// <summary>
    /// Whether to use it where there is a Vault; otherwise, and while the engine does not help, a key of the configuration encrypts.
    /// </summary>
    public bool Enabled { get; set; } = true;

    [Required]
    public string MountPoint { get; set; } = "transit";

    [Required]
    public string Key { get; set; } = "credit-system";
}
