using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.ServiceDefaults.Certificates;

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
        var trust = TrustBundle.Load(CaCertificate);
        return (_, certificate, chain, errors) => (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0
            && certificate is X509Certificate2 remote && trust.Trusts(remote, chain);
    }

    public override string ToString() => nameof(ConnectionTarget);
}
