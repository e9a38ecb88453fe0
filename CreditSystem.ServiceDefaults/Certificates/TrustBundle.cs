using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>
/// Authorities that are trusted, and no others. While one takes the place of another both are in it, so that certificates of either
/// are good. An intermediate without its root is trusted as what it is.
/// </summary>
public sealed class TrustBundle
{
    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _intermediates = [];
    private RevocationList _revoked = RevocationList.Empty;

    public int Count => _roots.Count + _intermediates.Count;

    /// <param name="pem">The authorities.</param>
    /// <param name="revoked">Their lists of what they have revoked; null where there are none.</param>
    /// <exception cref="CryptographicException">There is no authority in it, or something that is no list.</exception>
    public static TrustBundle Load(string pem, string? revoked = null)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        if (all.Count == 0)
            throw new CryptographicException("There is no authority in it.");
        var bundle = Of(all);
        bundle._revoked = revoked is null ? RevocationList.Empty : RevocationList.Load(revoked);
        return bundle;
    }

    public static TrustBundle Of(X509Certificate2Collection authorities)
    {
        var bundle = new TrustBundle();
        foreach (var authority in authorities)
            (IsSelfIssued(authority) ? bundle._roots : bundle._intermediates).Add(authority);
        return bundle;
    }

    /// <summary>How many certificates the authorities have revoked.</summary>
    public int RevokedCount => _revoked.Count;

    /// <summary>Whether its authority has revoked it.</summary>
    public bool HasRevoked(X509Certificate2 certificate) => _revoked.Contains(certificate);

    /// <summary>Whether a certificate is of one of the authorities, in its time, and not revoked, nor one above it.</summary>
    /// <param name="certificate">As the other side has shown it.</param>
    /// <param name="shown">What it has shown besides.</param>
    public bool Trusts(X509Certificate2 certificate, IEnumerable<X509Certificate2>? shown = null)
    {
        using var chain = new X509Chain { ChainPolicy = PolicyOf(_roots) };
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ExtraStore.AddRange(_intermediates);
        foreach (var other in shown ?? [])
            chain.ChainPolicy.ExtraStore.Add(other);
        try
        {
            return (chain.Build(certificate) || EndsAtIntermediate(chain))
                && !chain.ChainElements.Any(element => HasRevoked(element.Certificate));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="Trusts(X509Certificate2, IEnumerable{X509Certificate2}?)"/>
    /// <param name="certificate">As the other side has shown it.</param>
    /// <param name="chain">As the handshake has built it: it has what was shown besides.</param>
    public bool Trusts(X509Certificate2 certificate, X509Chain? chain) =>
        Trusts(certificate, chain?.ChainElements.Select(element => element.Certificate).Skip(1));

    /// <summary>For a handshake that trusts these authorities and no others. Names are checked all the same.</summary>
    public static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>The earliest end among the given certificates' chain, as far as the bundle knows it.</summary>
    internal DateTimeOffset EndOf(X509Certificate2Collection above) => above.Count == 0
        ? _roots.Concat(_intermediates).Select(authority => (DateTimeOffset)authority.NotAfter.ToUniversalTime()).DefaultIfEmpty().Max()
        : above.Select(authority => (DateTimeOffset)authority.NotAfter.ToUniversalTime()).Min();

    // .NET accepts a root alone as the end of a chain.
    private bool EndsAtIntermediate(X509Chain chain) => _roots.Count == 0 && chain.ChainElements.Count > 1
        && chain.ChainStatus.All(status => status.Status is X509ChainStatusFlags.PartialChain)
        && _intermediates.Any(
            authority => authority.RawDataMemory.Span.SequenceEqual(chain.ChainElements[^1].Certificate.RawDataMemory.Span));

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
