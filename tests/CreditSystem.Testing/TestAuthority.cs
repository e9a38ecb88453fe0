using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.Testing;

/// <summary>A certificate authority for one test, and the files it hands out.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        CaPath = Write("ca.pem", _certificate.ExportCertificatePem());
    }

    public string CaPath { get; }

    /// <summary>Trusts this authority alone.</summary>
    public X509ChainPolicy Policy =>
        new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { _certificate }
        };

    /// <returns>The paths of a server's certificate and key, as PEM.</returns>
    public (string CertificatePath, string KeyPath) Issue(string host, bool hasEnded = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(
            _certificate, now.AddMinutes(-30), hasEnded ? now.AddMinutes(-1) : now.AddHours(12), RandomNumberGenerator.GetBytes(8));
        return (Write($"{host}.pem", certificate.ExportCertificatePem()), Write($"{host}.key", key.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>The list, as PEM, of what it has revoked.</summary>
    public string Revoke(params ReadOnlySpan<string> certificatePaths)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var path in certificatePaths)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
            builder.AddEntry(certificate, TimeProvider.System.GetUtcNow().AddMinutes(-1));
        }

        var list = builder.Build(_certificate, 1, TimeProvider.System.GetUtcNow().AddHours(1), HashAlgorithmName.SHA256);
        return PemEncoding.WriteString("X509 CRL", list) + "\n";
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Write(string name, string pem)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, pem);
        return path;
    }
}
