using System.Collections.Concurrent;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.Dev.Vault.Leases;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>The lists of what issuers have revoked.</summary>
internal sealed class RevocationLists(PkiStore store, VaultClock clock)
{
    private readonly ConcurrentDictionary<string, (object State, DateTimeOffset MadeAt, byte[] List)> built = [];

    /// <summary>Made when something has been revoked, and when it ends: between, each reader gets the same.</summary>
    public byte[] Of(Issuer issuer)
    {
        var revoked = store.Certificates.Count(pair => pair.Certificate.RevokedAt is not null && pair.Certificate.IssuerId == issuer.Id);
        var state = (issuer.CrlNumber, revoked, store.CrlExpiry);
        if (built.TryGetValue(issuer.Id, out var known) && known.State.Equals(state) && known.MadeAt + store.CrlExpiry > clock.GetUtcNow())
            return known.List;
        var list = Sign(issuer);
        built[issuer.Id] = (state, clock.GetUtcNow(), list);
        return list;
    }

    private byte[] Sign(Issuer issuer)
    {
        var key = store.FindKey(issuer.KeyId)
            ?? throw IssueRoutes.Internal("unable to fetch corresponding key for issuer; unable to sign a CRL");
        var builder = new CertificateRevocationListBuilder();
        var revoked = store.Certificates.Where(pair => pair.Certificate.RevokedAt is not null && pair.Certificate.IssuerId == issuer.Id)
            .ToList();
        foreach (var (serial, certificate) in revoked)
            builder.AddEntry(Convert.FromHexString(serial.Replace(":", "", StringComparison.Ordinal)), certificate.RevokedAt!.Value);
        var now = LeaseTime.Whole(clock.GetUtcNow());
        using var signing = key.Join(issuer.Load());
        return builder.Build(
            signing, new BigInteger(1 + issuer.CrlNumber + revoked.Count), now + store.CrlExpiry, key.Signer().Hash,
            RSASignaturePadding.Pkcs1, now);
    }

    public static string PemOf(byte[] list) => new(PemEncoding.Write("X509 CRL", list));
}
