namespace CreditSystem.Secrets.Pki;

/// <summary>Which certificate this service has Vault's PKI issue into its folder of certificates. Section <c>Vault:Pki</c>.</summary>
public sealed class PkiOptions
{
    /// <summary>The role that issues it; absent: somebody else fills the folder, as cert-manager does.</summary>
    public string? Role { get; set; }

    public string MountPoint { get; set; } = "pki";

    /// <summary>The name in the certificate, by which its clients reach the service.</summary>
    public string CommonName { get; set; } = "";

    /// <summary>Further names, comma-separated.</summary>
    public string AlternativeNames { get; set; } = "";

    /// <summary>Addresses, comma-separated.</summary>
    public string Addresses { get; set; } = "";

    /// <summary>How long a certificate is asked for; null for the role's own.</summary>
    public TimeSpan? Ttl { get; set; }

    /// <summary>How often the authorities of the mount are compared with those that are trusted.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMinutes(1);
}
