using CreditSystem.Cli.Bootstrap;
using CreditSystem.Secrets.Pki;

namespace CreditSystem.Cli.Certificates;

/// <summary>A part of the system that cannot ask Vault for its certificate itself: the bootstrap has the first one issued.</summary>
/// <param name="Name">By which its clients reach it, if it has any.</param>
internal sealed record CertificateHolder(string Name)
{
    /// <summary>The way to Vault, which asks Vault for others alone.</summary>
    public static CertificateHolder VaultProxy { get; } = new("vault-proxy");

    /// <summary>The rotation, and the commands of people, towards the vault-proxy and MongoDB.</summary>
    public static CertificateHolder Cli { get; } = new("cli");

    public static IReadOnlyList<CertificateHolder> All { get; } = [VaultProxy, new("mongodb"), Cli];

    /// <summary>The Secret of a cluster that it is in.</summary>
    public string SecretName => $"{Name}-tls";

    public PkiOptions Options(BootstrapSettings settings) => new()
    {
        MountPoint = settings.PkiMount,
        Role = settings.PkiRole,
        CommonName = Name,
        // Its own probes, and clients of the same machine.
        AlternativeNames = "localhost",
    };
}
