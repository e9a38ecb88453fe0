using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.Secrets.Pki;

/// <summary>When a certificate of Vault's PKI is to be replaced.</summary>
public static class CertificateLife
{
    private const double DueShare = 0.66;

    /// <summary>About two thirds into its life, each replica elsewhere; of an authority that ends before it, of that.</summary>
    /// <param name="set">It.</param>
    /// <param name="from">Its beginning. A certificate itself says one that lies before, for clocks that differ.</param>
    /// <param name="spread">How far replicas lie apart, as a share.</param>
    public static DateTimeOffset DueAt(CertificateSet set, DateTimeOffset from, double spread = 0.06) =>
        from + Backoff.Spread((EndOf(set) - from) * DueShare, spread);

    /// <summary>As <see cref="DueAt(CertificateSet, DateTimeOffset, double)"/>, of a certificate that somebody else has left.</summary>
    public static DateTimeOffset DueAt(CertificateSet set, double spread = 0.06) =>
        DueAt(set, set.Certificate.NotBefore.ToUniversalTime(), spread);

    /// <summary>How much of its life is over; above 1 it has ended.</summary>
    public static double ShareOf(CertificateSet set, DateTimeOffset now)
    {
        DateTimeOffset from = set.Certificate.NotBefore.ToUniversalTime();
        return (now - from) / (EndOf(set) - from);
    }

    /// <summary>Whether it has every name and address that is asked for; another may have been there when it was issued.</summary>
    public static bool Covers(CertificateSet set, PkiOptions options) =>
        Split($"{options.CommonName},{options.AlternativeNames},{options.Addresses}").All(name => set.Certificate.MatchesHostname(name));

    /// <summary>The fingerprint of the authority among <paramref name="authorities"/> that has signed it; null where it is none.</summary>
    public static string? IssuerOf(CertificateSet set, string authorities)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(authorities);
        var wanted = set.Certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        return all.FirstOrDefault(one => one.Extensions.OfType<X509SubjectKeyIdentifierExtension>()
            .Any(own => wanted is { } key && own.SubjectKeyIdentifierBytes.Span.SequenceEqual(key.Span)))
            ?.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private static DateTimeOffset EndOf(CertificateSet set) =>
        set.NotAfter < set.AuthorityNotAfter ? set.NotAfter : set.AuthorityNotAfter;

    private static string[] Split(string names) =>
        names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
