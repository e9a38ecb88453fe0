using CreditSystem.Cli.Bootstrap;
using CreditSystem.Secrets.Pki;

namespace CreditSystem.Cli.Certificates;

/// <summary>A part of the system that cannot ask Vault for its certificate itself: the bootstrap has the first one issued.</summary>
/// <param name="Name">Of it, and of what its certificate is in.</param>
internal sealed record CertificateHolder(string Name)
{
    /// <summary>The name in the certificate: by which its clients reach it, if it has any.</summary>
    public string CommonName { get; private init; } = Name;

    /// <summary>The way to Vault, which asks Vault for others alone.</summary>
    public static CertificateHolder VaultProxy { get; } = new("vault-proxy");

    /// <summary>The rotation, and the commands of people, towards the vault-proxy and MongoDB.</summary>
    public static CertificateHolder Cli { get; } = new("cli");

    /// <summary>The Ingress controller, towards the API: it needs the authorities beside its certificate above all.</summary>
    private static CertificateHolder Ingress { get; } = new("ingress") { CommonName = "ingress.credit-system.svc" };

    public static IReadOnlyList<CertificateHolder> All { get; } = [VaultProxy, new("mongodb"), Cli, Ingress];

    /// <summary>The Secret of a cluster that it is in.</summary>
    public string SecretName => $"{Name}-tls";

    public PkiOptions Options(BootstrapSettings settings) => new()
    {
        MountPoint = settings.PkiMount,
        Role = settings.PkiRole,
        CommonName = CommonName,
        // Its own probes, and clients of the same machine.
        AlternativeNames = "localhost",
    };
}
