using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace CreditSystem.Ledger.Orleans;

/// <summary>
/// The certificates of a host that replaces them while it runs: each handshake among replicas asks for what is in use then.
/// </summary>
/// <param name="Current">Our own, with its key.</param>
/// <param name="IsTrusted">Whether another replica's is of an authority that both know.</param>
public sealed record ClusterCertificates(Func<X509Certificate2> Current, Func<X509Certificate2, bool> IsTrusted);

/// <summary>TLS between replicas, in which each shows a certificate of the one authority that both know.</summary>
internal static class SiloTls
{
    public static ClusterCertificates Load(string directory)
    {
        using var pem = X509Certificate2.CreateFromPemFile(Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));
        // A key that came from PEM serves no handshake on every platform before it has been through PKCS#12.
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(directory, "ca.crt"));
        return new ClusterCertificates(() => certificate, remote => IsOf(authority, remote));
    }

    public static void UseMutualTls(this ISiloBuilder silo, ClusterCertificates certificates) => silo.UseTls(options =>
    {
        options.LocalServerCertificateSelector = (_, _) => certificates.Current();
        options.LocalClientCertificateSelector = (_, _, _, _, _) => certificates.Current();
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.RemoteCertificateValidation = (remote, _, _) => certificates.IsTrusted(remote);
        // Whether we show one: the selector always does. With "require", Orleans 10.4 wants a fixed certificate besides, and no replica
        // reaches another without; the one that is called requires one by the line above.
        options.ClientCertificateMode = RemoteCertificateMode.AllowCertificate;
        options.OnAuthenticateAsClient = (_, client) => client.TargetHost = "credit-system";
    });

    private static bool IsOf(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
