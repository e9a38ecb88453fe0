using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.Secrets.Database;

/// <summary>Where a client connects to, and whom it trusts there. Another one makes another client. Its text never holds either.</summary>
/// <param name="ConnectionString">With the credentials.</param>
/// <param name="CaCertificate">The authority of the server's certificate, in PEM; null for those that the machine trusts.</param>
public sealed record ConnectionTarget(string ConnectionString, string? CaCertificate = null)
{
    /// <summary>Null where the machine's own authorities are to be trusted.</summary>
    public RemoteCertificateValidationCallback? TrustOnlyGiven()
    {
        if (CaCertificate is null)
            return null;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(CaCertificate);
        return (_, certificate, _, errors) =>
        {
            if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0 || certificate is null)
                return false;
            using var chain = new X509Chain
            {
                ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck }
            };
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            try
            {
                return chain.Build(certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
            }
            catch (CryptographicException)
            {
                return false;
            }
        };
    }

    public override string ToString() => nameof(ConnectionTarget);
}
