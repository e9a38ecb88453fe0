using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>A private key: RSA, of a NIST curve, or (for leaves alone) Ed25519.</summary>
internal sealed class PkiKey
{
    private readonly AsymmetricAlgorithm? _algorithm;
    private readonly byte[] _seed = [];

    private PkiKey(string type, AsymmetricAlgorithm? algorithm, byte[] seed)
    {
        (Type, _algorithm, _seed) = (type, algorithm, seed);
        PublicKeyInfo = algorithm?.ExportSubjectPublicKeyInfo() ?? Ed25519.PublicKeyInfo(seed);
    }

    public string Type { get; }

    public byte[] PublicKeyInfo { get; }

    public PublicKey PublicKey => PublicKey.CreateFromSubjectPublicKeyInfo(PublicKeyInfo, out _);

    /// <exception cref="VaultFault">There is no such key.</exception>
    public static PkiKey Generate(string type, int bits) => (type, bits) switch
    {
        ("rsa", 0 or 2048 or 3072 or 4096 or 8192) => new(type, RSA.Create(bits == 0 ? 2048 : bits), []),
        ("ec", 0 or 256) => new(type, ECDsa.Create(ECCurve.NamedCurves.nistP256), []),
        ("ec", 384) => new(type, ECDsa.Create(ECCurve.NamedCurves.nistP384), []),
        ("ec", 521) => new(type, ECDsa.Create(ECCurve.NamedCurves.nistP521), []),
        ("ed25519", _) => new(type, null, RandomNumberGenerator.GetBytes(32)),
        ("rsa", _) => throw VaultFault.BadRequest($"unsupported bit length for RSA key: {bits}"),
        ("ec", _) => throw VaultFault.BadRequest($"unsupported bit length for EC key: {bits}"),
        _ => throw VaultFault.BadRequest($"unknown key type {type}"),
    };

    public static PkiKey Load(JsonObject stored)
    {
        var (type, bytes) = ((string)stored["type"]!, Convert.FromBase64String((string)stored["key"]!));
        if (type == "ed25519")
            return new PkiKey(type, null, bytes);
        AsymmetricAlgorithm algorithm = type == "rsa" ? RSA.Create() : ECDsa.Create();
        algorithm.ImportPkcs8PrivateKey(bytes, out _);
        return new PkiKey(type, algorithm, []);
    }

    /// <summary>The public half of a private key in PEM; null where it is none.</summary>
    public static byte[]? PublicKeyInfoOf(string pem)
    {
        foreach (var algorithm in (AsymmetricAlgorithm[])[ECDsa.Create(), RSA.Create()])
        {
            try
            {
                algorithm.ImportFromPem(pem);
                return algorithm.ExportSubjectPublicKeyInfo();
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException)
            {
                // The other kind, or none.
            }
        }

        return null;
    }

    public JsonObject Save() => new() { ["type"] = Type, ["key"] = Convert.ToBase64String(_algorithm?.ExportPkcs8PrivateKey() ?? _seed) };

    public string ExportPem(bool pkcs8) => new(PemEncoding.Write(_algorithm is null || pkcs8 ? "PRIVATE KEY" : _algorithm is RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY", ExportDer(pkcs8)));

    public byte[] ExportDer(bool pkcs8) => _algorithm switch
    {
        null => Ed25519.Pkcs8(_seed),
        _ when pkcs8 => _algorithm.ExportPkcs8PrivateKey(),
        RSA rsa => rsa.ExportRSAPrivateKey(),
        var other => ((ECDsa)other).ExportECPrivateKey(),
    };

    /// <exception cref="VaultFault">It signs nothing here.</exception>
    public (X509SignatureGenerator Generator, HashAlgorithmName Hash) Signer() => _algorithm switch
    {
        RSA rsa => (X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1), HashAlgorithmName.SHA256),
        ECDsa ec => (X509SignatureGenerator.CreateForECDsa(ec), ec.KeySize switch { 521 => HashAlgorithmName.SHA512, 384 => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA256 }),
        _ => throw VaultFault.BadRequest("authorities with ed25519 keys are not supported by this development server"),
    };

    /// <summary>The certificate with this key, for what .NET signs by itself.</summary>
    public X509Certificate2 Join(X509Certificate2 certificate) => _algorithm switch
    {
        RSA rsa => certificate.CopyWithPrivateKey(rsa),
        ECDsa ec => certificate.CopyWithPrivateKey(ec),
        _ => certificate,
    };

    public CertificateRequest Request(X500DistinguishedName subject) => _algorithm switch
    {
        RSA rsa => new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        ECDsa ec => new CertificateRequest(subject, ec, Signer().Hash),
        _ => throw VaultFault.BadRequest("authorities with ed25519 keys are not supported by this development server"),
    };
}
