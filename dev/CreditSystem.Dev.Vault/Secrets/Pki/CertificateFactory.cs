using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>The validity of a certificate to be.</summary>
internal readonly record struct Validity(DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>Puts certificates together as the real server does.</summary>
internal static class CertificateFactory
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    private const string EmailProtection = "1.3.6.1.5.5.7.3.4";

    public static X509Certificate2 Root(PkiKey key, X500DistinguishedName subject, Validity validity, PkiUrls urls, int? pathLength)
    {
        var request = key.Request(subject);
        var ownKey = AddAuthority(request, pathLength);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(ownKey));
        return Sign(request, subject, key, validity, urls);
    }

    public static X509Certificate2 Intermediate(CertificateRequest csr, X500DistinguishedName subject, X509Certificate2 issuer, PkiKey issuerKey, Validity validity, PkiUrls urls, int? pathLength)
    {
        var request = new CertificateRequest(subject, csr.PublicKey, issuerKey.Signer().Hash);
        AddAuthority(request, pathLength);
        AddIssuer(request, issuer);
        return Sign(request, issuer.SubjectName, issuerKey, validity, urls);
    }

    public static X509Certificate2 Leaf(PkiRole role, SubjectNames names, PublicKey publicKey, X509Certificate2 issuer, PkiKey issuerKey, Validity validity, PkiUrls urls)
    {
        var subject = Subject(names.CommonName, role.Names("organization"), role.Names("ou"), role.Names("country"), role.Names("locality"), role.Names("province"));
        var request = new CertificateRequest(subject, publicKey, issuerKey.Signer().Hash);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(Usage(role.Names("key_usage")), critical: true));
        if (Purposes(role) is { Count: > 0 } purposes)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, critical: false));
        AddIssuer(request, issuer);
        if (names.DnsNames.Count + names.Addresses.Count > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names.DnsNames)
                alternatives.AddDnsName(name);
            foreach (var address in names.Addresses)
                alternatives.AddIpAddress(address);
            request.CertificateExtensions.Add(alternatives.Build(critical: names.CommonName.Length == 0));
        }

        return Sign(request, issuer.SubjectName, issuerKey, validity, urls);
    }

    public static X500DistinguishedName Subject(string commonName, IReadOnlyList<string> organizations, IReadOnlyList<string> units, IReadOnlyList<string> countries, IReadOnlyList<string> localities, IReadOnlyList<string> provinces)
    {
        var builder = new X500DistinguishedNameBuilder();
        // The builder's first is what openssl prints last.
        if (commonName.Length > 0)
            builder.AddCommonName(commonName);
        foreach (var unit in units)
            builder.AddOrganizationalUnitName(unit);
        foreach (var organization in organizations)
            builder.AddOrganizationName(organization);
        foreach (var locality in localities)
            builder.AddLocalityName(locality);
        foreach (var province in provinces)
            builder.AddStateOrProvinceName(province);
        foreach (var country in countries)
            builder.AddCountryOrRegion(country);
        return builder.Build();
    }

    private static X509SubjectKeyIdentifierExtension AddAuthority(CertificateRequest request, int? pathLength)
    {
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, pathLength is not null, pathLength ?? 0, critical: true));
        var identifier = new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false);
        request.CertificateExtensions.Add(identifier);
        return identifier;
    }

    private static void AddIssuer(CertificateRequest request, X509Certificate2 issuer)
    {
        if (issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } identifier)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
    }

    private static X509Certificate2 Sign(CertificateRequest request, X500DistinguishedName issuer, PkiKey issuerKey, Validity validity, PkiUrls urls)
    {
        if (urls.IssuingCertificates.Count + urls.OcspServers.Count > 0)
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(urls.OcspServers, urls.IssuingCertificates));
        if (urls.CrlDistributionPoints.Count > 0)
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension(urls.CrlDistributionPoints));
        var serial = RandomNumberGenerator.GetBytes(20);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40);
        var (generator, hash) = issuerKey.Signer();
        var signed = new CertificateRequest(request.SubjectName, request.PublicKey, hash);
        foreach (var extension in request.CertificateExtensions)
            signed.CertificateExtensions.Add(extension);
        return signed.Create(issuer, generator, validity.NotBefore, validity.NotAfter, serial);
    }

    private static OidCollection Purposes(PkiRole role)
    {
        var purposes = new OidCollection();
        foreach (var (flag, oid) in ((string, string)[])[("server_flag", ServerAuthentication), ("client_flag", ClientAuthentication), ("code_signing_flag", CodeSigning), ("email_protection_flag", EmailProtection)])
        {
            if (role.Is(flag))
                purposes.Add(new Oid(oid));
        }

        foreach (var oid in role.Names("ext_key_usage_oids"))
            purposes.Add(new Oid(oid));
        return purposes;
    }

    private static X509KeyUsageFlags Usage(IReadOnlyList<string> names) => names.Aggregate(X509KeyUsageFlags.None, (all, name) => all | (name switch
    {
        "DigitalSignature" => X509KeyUsageFlags.DigitalSignature,
        "KeyAgreement" => X509KeyUsageFlags.KeyAgreement,
        "KeyEncipherment" => X509KeyUsageFlags.KeyEncipherment,
        "DataEncipherment" => X509KeyUsageFlags.DataEncipherment,
        "ContentCommitment" => X509KeyUsageFlags.NonRepudiation,
        _ => X509KeyUsageFlags.None,
    }));
}
