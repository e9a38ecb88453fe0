using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.Testing;

/// <summary>An authority of one test's own, and what it signs.</summary>
internal static class TestCertificates
{
    public static X509Certificate2 CreateAuthority(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
    }

    public static X509Certificate2 Issue(string name, X509Certificate2 authority, bool isExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var end = isExpired ? DateTimeOffset.UnixEpoch.AddYears(51) : DateTimeOffset.UnixEpoch.AddYears(89);
        using var issued = request.Create(authority, DateTimeOffset.UnixEpoch.AddYears(50), end, RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        // SslStream wants the key in a form of its own on some platforms.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
