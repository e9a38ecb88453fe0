using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>One certificate with its key and what is above it, and the authorities that are trusted at the same time.</summary>
public sealed class CertificateSet
{
    private readonly X509Certificate2Collection _above;

    private CertificateSet(X509Certificate2 certificate, X509Certificate2Collection above, TrustBundle trust, string fingerprint)
    {
        (Certificate, _above, Trust, Fingerprint) = (certificate, above, trust, fingerprint);
        // Offline: the other side gets the chain as it came, and no handshake waits for a download.
        Context = SslStreamCertificateContext.Create(certificate, above, offline: true);
    }

    public X509Certificate2 Certificate { get; }

    public SslStreamCertificateContext Context { get; }

    /// <summary>Whom others' certificates may be from.</summary>
    public TrustBundle Trust { get; }

    /// <summary>Tells two sets apart.</summary>
    public string Fingerprint { get; }

    public DateTimeOffset NotAfter => Certificate.NotAfter.ToUniversalTime();

    /// <summary>The end of the first of the authorities above it: from then on nobody trusts it, whatever it says itself.</summary>
    public DateTimeOffset AuthorityNotAfter => Trust.EndOf(_above);

    /// <param name="certificate">PEM of the certificate, then of those above it.</param>
    /// <param name="key">PEM of its key.</param>
    /// <param name="authorities">PEM of the authorities.</param>
    /// <param name="revoked">PEM of their lists of revoked certificates; null where there are none.</param>
    /// <exception cref="CryptographicException">They do not belong together, or one of them is something else.</exception>
    public static CertificateSet Load(string certificate, string key, string authorities, string? revoked = null)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        using var pem = X509Certificate2.CreateFromPem(certificate, key);
        // A key that came from PEM serves no handshake on every platform before it has been through PKCS#12.
        var own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        var above = new X509Certificate2Collection(chain.Skip(1).ToArray());
        return new CertificateSet(
            own, above, TrustBundle.Load(authorities, revoked), FingerprintOf(certificate, key, authorities, revoked));
    }

    internal static string FingerprintOf(string certificate, string key, string authorities, string? revoked) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{certificate}\n{key}\n{authorities}\n{revoked}")));

    public override string ToString() => $"{Certificate.Subject} until {NotAfter:u}";
}
