using System.Globalization;
using System.Security.Cryptography;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>A named key with all its versions, of which the last encrypts.</summary>
internal sealed record TransitKey
{
    public const string DefaultType = "aes256-gcm96";

    public required string Name { get; init; }

    public string Type { get; init; } = DefaultType;

    /// <summary>Each request names a context, from which its key is derived.</summary>
    public bool Derived { get; init; }

    /// <summary>Equal texts in equal contexts are encrypted equally.</summary>
    public bool Convergent { get; init; }

    public bool Exportable { get; init; }

    public bool AllowPlaintextBackup { get; init; }

    public bool DeletionAllowed { get; init; }

    public int MinDecryptionVersion { get; init; } = 1;

    /// <summary>0: the latest.</summary>
    public int MinEncryptionVersion { get; init; }

    public int MinAvailableVersion { get; init; }

    public TimeSpan AutoRotatePeriod { get; init; }

    public IReadOnlyList<TransitKeyVersion> Versions { get; init; } = [];

    public int LatestVersion => Versions.Count == 0 ? 0 : Versions[^1].Number;

    private int KeyBytes => TransitCipher.KeyBytes(Type);

    public TransitKey Rotate(DateTimeOffset now) => this with
    {
        Versions = [.. Versions, new TransitKeyVersion(LatestVersion + 1, now, RandomNumberGenerator.GetBytes(KeyBytes), RandomNumberGenerator.GetBytes(32))],
    };

    /// <summary><c>vault:v1:</c> and base64 of nonce, ciphertext and tag.</summary>
    public (string Ciphertext, int Version) Encrypt(byte[] plaintext, byte[]? context, byte[]? associatedData, int version = 0)
    {
        version = VersionToUse(version);
        var material = MaterialOf(version, context);
        // Equal texts of a convergent key have equal ciphertexts, so that they can be looked up.
        var nonce = Convergent ? HMACSHA256.HashData(material, plaintext)[..TransitCipher.NonceBytes(Type)] : RandomNumberGenerator.GetBytes(TransitCipher.NonceBytes(Type));
        return ($"{Prefix(version)}{Convert.ToBase64String(TransitCipher.Encrypt(Type, material, nonce, plaintext, associatedData))}", version);
    }

    /// <exception cref="VaultFault">It is no ciphertext of this key, or of a version that may not be used any more.</exception>
    public byte[] Decrypt(string ciphertext, byte[]? context, byte[]? associatedData)
    {
        var (version, message) = Parse(ciphertext, "ciphertext");
        if (version > LatestVersion)
            throw VaultFault.BadRequest("invalid ciphertext: version is too new");
        if (version < Math.Max(MinDecryptionVersion, MinAvailableVersion))
            throw VaultFault.BadRequest("ciphertext or signature version is disallowed by policy (too old)");
        return TransitCipher.Decrypt(Type, MaterialOf(version, context), message, associatedData);
    }

    public string Hmac(byte[] input, string algorithm, int version = 0)
    {
        version = VersionToUse(version);
        var key = Versions.First(candidate => candidate.Number == version).HmacKey;
        var hash = algorithm switch
        {
            "sha2-224" or "sha3-224" => throw VaultFault.BadRequest($"unsupported algorithm {algorithm}"),
            "" or "sha2-256" => HMACSHA256.HashData(key, input),
            "sha2-384" => HMACSHA384.HashData(key, input),
            "sha2-512" => HMACSHA512.HashData(key, input),
            _ => throw VaultFault.BadRequest("unsupported algorithm '\\x00'"),
        };
        return $"{Prefix(version)}{Convert.ToBase64String(hash)}";
    }

    public static (int Version, byte[] Message) Parse(string ciphertext, string what)
    {
        if (!ciphertext.StartsWith("vault:v", StringComparison.Ordinal))
            throw VaultFault.BadRequest($"invalid {what}: no prefix");
        var fields = ciphertext["vault:v".Length..].Split(':', 2);
        if (fields.Length != 2)
            throw VaultFault.BadRequest($"invalid {what}: wrong number of fields");
        if (!int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw VaultFault.BadRequest($"invalid {what}: version number could not be decoded");
        var message = new byte[fields[1].Length];
        if (!Convert.TryFromBase64String(fields[1], message, out var length))
            throw VaultFault.BadRequest($"invalid {what}: could not decode base64");
        return (version == 0 ? 1 : version, message[..length]);
    }

    private int VersionToUse(int asked)
    {
        if (asked < 0)
            throw VaultFault.BadRequest("requested version for encryption is negative");
        if (asked > LatestVersion)
            throw VaultFault.BadRequest("requested version for encryption is higher than the latest key version");
        if (asked > 0 && asked < MinEncryptionVersion)
            throw VaultFault.BadRequest("requested version for encryption is less than the minimum encryption key version");
        if (asked > 0 && asked < MinDecryptionVersion)
            throw VaultFault.BadRequest("no such key version");
        return asked == 0 ? LatestVersion : asked;
    }

    private byte[] MaterialOf(int version, byte[]? context)
    {
        var key = Versions.FirstOrDefault(candidate => candidate.Number == version)?.Key ?? throw VaultFault.BadRequest("no such key version");
        if (!Derived)
            return key;
        if (context is not { Length: > 0 })
            throw VaultFault.BadRequest("missing 'context' for key derivation; the key was created using a derived key, which means additional, per-request information must be included in order to perform operations with the key");
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyBytes, salt: [], info: context);
    }

    private static string Prefix(int version) => string.Create(CultureInfo.InvariantCulture, $"vault:v{version}:");
}

internal sealed record TransitKeyVersion(int Number, DateTimeOffset CreatedAt, byte[] Key, byte[] HmacKey);
