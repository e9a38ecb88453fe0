using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace CreditSystem.Ledger.Orleans;

/// <summary>TLS between replicas, in which each shows a certificate of the one authority that both know.</summary>
internal static class SiloTls
{
    public static void UseMutualTls(this ISiloBuilder silo, string directory)
    {
        using var pem = X509Certificate2.CreateFromPemFile(Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));
        // A key that came from PEM serves no handshake on every platform before it has been through PKCS#12.
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(directory, "ca.crt"));
        silo.UseTls(options =>
        {
            options.LocalCertificate = certificate;
            options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
            options.RemoteCertificateValidation = (remote, _, _) => IsOf(authority, remote);
            options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
            options.OnAuthenticateAsClient = (_, client) => client.TargetHost = "credit-system";
        });
    }

    private static bool IsOf(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
