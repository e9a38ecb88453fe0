using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>What one PKI mount keeps.</summary>
internal sealed class PkiStore(StorageView storage)
{
    private readonly StorageView _issuers = storage.Below("issuer/");
    private readonly StorageView _keys = storage.Below("key/");
    private readonly StorageView _certificates = storage.Below("cert/");

    public StorageView Roles { get; } = storage.Below("role/");

    public string InternalUuid
    {
        get
        {
            if (storage.Get<string>("uuid") is not { } uuid)
                storage.Put("uuid", uuid = Guid.NewGuid().ToString());
            return uuid;
        }
    }

    public PkiUrls Urls
    {
        get => storage.Get<PkiUrls>("urls") ?? new PkiUrls();
        set => storage.Put("urls", value);
    }

    public TimeSpan CrlExpiry
    {
        get => storage.Get<string>("crl-expiry") is { } text ? TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : TimeSpan.FromHours(72);
        set => storage.Put("crl-expiry", value.ToString("c"));
    }

    public TidyStatus? Tidied
    {
        get => storage.Get<TidyStatus>("tidied");
        set => storage.Put("tidied", value);
    }

    public string DefaultIssuerId
    {
        get => storage.Get<string>("default-issuer") ?? "";
        set => storage.Put("default-issuer", value);
    }

    public IEnumerable<Issuer> Issuers => _issuers.Keys().Select(_issuers.Get<Issuer>).OfType<Issuer>();

    public IReadOnlyList<string> KeyIds => [.. _keys.Keys()];

    /// <summary>By id, by name, or <c>default</c>.</summary>
    public Issuer? FindIssuer(string reference) => reference == "default"
        ? _issuers.Get<Issuer>(DefaultIssuerId)
        : _issuers.Get<Issuer>(reference) ?? Issuers.FirstOrDefault(issuer => issuer.Name == reference);

    public void Save(Issuer issuer)
    {
        _issuers.Put(issuer.Id, issuer);
        if (issuer.KeyId.Length > 0 && FindIssuer("default") is null)
            DefaultIssuerId = issuer.Id;
    }

    public void Delete(Issuer issuer) => _issuers.Delete(issuer.Id);

    public void Clear()
    {
        _issuers.Clear();
        _keys.Clear();
    }

    public PkiKey? FindKey(string id) => _keys.Get<JsonObject>(id) is { } stored ? PkiKey.Load(stored) : null;

    public string Add(PkiKey key)
    {
        var id = Guid.NewGuid().ToString();
        _keys.Put(id, key.Save());
        return id;
    }

    /// <summary>The key of the mount that a certificate is of; empty where there is none.</summary>
    public string FindKeyId(X509Certificate2 certificate) =>
        KeyIds.FirstOrDefault(id => FindKey(id) is { } key && key.PublicKeyInfo.AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo())) ?? "";

    public IEnumerable<string> Serials => _certificates.Keys().Where(serial => _certificates.Get<StoredCertificate>(serial) is { IsStored: true });

    public IEnumerable<(string Serial, StoredCertificate Certificate)> Certificates =>
        _certificates.Keys().Select(serial => (serial, _certificates.Get<StoredCertificate>(serial)!));

    public StoredCertificate? FindCertificate(string serial) => _certificates.Get<StoredCertificate>(serial);

    public void Save(string serial, StoredCertificate certificate) => _certificates.Put(serial, certificate);

    public void DeleteCertificate(string serial) => _certificates.Delete(serial);

    /// <summary>The issuer, then those above it that the mount knows.</summary>
    public IReadOnlyList<X509Certificate2> ChainOf(Issuer issuer)
    {
        var (chain, known) = (new List<X509Certificate2> { issuer.Load() }, Issuers.Select(one => one.Load()).ToList());
        while (!Pem.IsSelfSigned(chain[^1]) && known.FirstOrDefault(one => one.SubjectName.RawData.AsSpan().SequenceEqual(chain[^1].IssuerName.RawData) && IsKeyOf(one, chain[^1])) is { } above && chain.Count < 10)
            chain.Add(above);
        return chain;
    }

    private static bool IsKeyOf(X509Certificate2 above, X509Certificate2 below)
    {
        var authority = below.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        var subject = above.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes;
        return authority is not { } wanted || subject is not { } own || wanted.Span.SequenceEqual(own.Span);
    }
}

/// <summary>How certificates and their numbers are written.</summary>
internal static class Pem
{
    public static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    public static string SerialOf(X509Certificate2 certificate) => Serial(certificate.SerialNumberBytes.Span);

    public static string Serial(ReadOnlySpan<byte> bytes) => string.Join(':', Convert.ToHexStringLower(bytes).Chunk(2).Select(pair => new string(pair)));

    /// <summary>With colons, whichever of both spellings it came in.</summary>
    public static string Normalized(string serial) => serial.Replace('-', ':').ToLowerInvariant();

    public static BigInteger Number(string serial) => new(Convert.FromHexString(serial.Replace(":", "", StringComparison.Ordinal)), isUnsigned: true, isBigEndian: true);

    /// <summary>Without a line end behind it, as most answers have it.</summary>
    public static string Of(X509Certificate2 certificate) => certificate.ExportCertificatePem();
}
