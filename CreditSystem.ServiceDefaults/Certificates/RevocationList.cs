using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>
/// The certificates that their authorities have revoked, as the authorities' lists say (RFC 5280, section 5). The lists are believed as
/// the authorities beside them are, without their signatures: who may write the one file may write the other.
/// </summary>
public sealed class RevocationList
{
    private const string Label = "X509 CRL";

    private readonly HashSet<(string Issuer, BigInteger Serial)> _revoked = [];

    /// <summary>Nothing has been revoked, as far as anybody has said.</summary>
    public static RevocationList Empty { get; } = new();

    /// <summary>How many certificates are in it.</summary>
    public int Count => _revoked.Count;

    /// <param name="pem">The lists of all authorities, one after the other.</param>
    /// <exception cref="CryptographicException">It holds something else.</exception>
    public static RevocationList Load(string pem)
    {
        var list = new RevocationList();
        try
        {
            foreach (var der in Blocks(pem))
                list.Add(der);
        }
        catch (Exception exception) when (exception is AsnContentException or FormatException)
        {
            throw new CryptographicException("There is something in it that is no list of revoked certificates.", exception);
        }

        return list;
    }

    public bool Contains(X509Certificate2 certificate) => _revoked.Count > 0
        && _revoked.Contains((Convert.ToHexString(certificate.IssuerName.RawData),
            new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true)));

    private static List<byte[]> Blocks(string pem)
    {
        var blocks = new List<byte[]>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (!rest[fields.Label].SequenceEqual(Label))
                throw new FormatException();
            blocks.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            rest = rest[fields.Location.End..];
        }

        return rest.Trim().IsEmpty ? blocks : throw new FormatException();
    }

    // CertificateList, in it TBSCertList: version?, signature, issuer, thisUpdate, nextUpdate?, revokedCertificates?, extensions?
    private void Add(byte[] der)
    {
        var content = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        if (content.PeekTag() == Asn1Tag.Integer)
            content.ReadInteger();
        content.ReadSequence();
        var issuer = Convert.ToHexString(content.ReadEncodedValue().Span);
        while (content.HasData && content.PeekTag().TagValue is (int)UniversalTagNumber.UtcTime or (int)UniversalTagNumber.GeneralizedTime
            && content.PeekTag().TagClass == TagClass.Universal)
            content.ReadEncodedValue();
        if (!content.HasData || content.PeekTag() != Asn1Tag.Sequence)
            return;
        var entries = content.ReadSequence();
        while (entries.HasData)
            _revoked.Add((issuer, entries.ReadSequence().ReadInteger()));
    }
}
