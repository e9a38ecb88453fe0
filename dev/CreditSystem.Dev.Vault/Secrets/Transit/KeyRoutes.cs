using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary><c>transit/keys/</c>.</summary>
internal sealed class KeyRoutes(TransitKeys keys)
{
    public Reply Read(Call call) => keys.Find(call["name"]) is { } key ? Reply.Of(Describe(key)) : Reply.None;

    public Reply Create(Call call)
    {
        var body = call.Body;
        if (keys.Find(call["name"]) is { } existing)
            return Reply.Of(Describe(existing));
        return Reply.Of(Describe(keys.Create(new TransitKey
        {
            Name = call["name"],
            Type = body.Text("type") is { Length: > 0 } type ? type : TransitKey.DefaultType,
            Derived = body.Flag("derived") ?? false,
            Convergent = body.Flag("convergent_encryption") ?? false,
            Exportable = body.Flag("exportable") ?? false,
            AllowPlaintextBackup = body.Flag("allow_plaintext_backup") ?? false,
            AutoRotatePeriod = Period(body) ?? TimeSpan.Zero,
        })));
    }

    public Reply Delete(Call call)
    {
        var name = call["name"];
        if (keys.Find(name) is not { } key)
            throw VaultFault.BadRequest($"error deleting policy {name}: could not delete key; not found");
        if (!key.DeletionAllowed)
            throw VaultFault.BadRequest($"error deleting policy {name}: deletion is not allowed for this key");
        keys.Delete(name);
        return Reply.None;
    }

    public Reply Rotate(Call call) => Reply.Of(Describe(keys.Rotate(keys.Find(call["name"]) ?? throw VaultFault.BadRequest("key not found"))));

    public Reply Configure(Call call)
    {
        var body = call.Body;
        var key = keys.Find(call["name"]) ?? throw VaultFault.BadRequest($"no existing key named {call["name"]} could be found");
        var changed = key with
        {
            MinDecryptionVersion = Math.Max(Version(body, "decryption", key.LatestVersion) ?? key.MinDecryptionVersion, 1),
            MinEncryptionVersion = Version(body, "encryption", key.LatestVersion) ?? key.MinEncryptionVersion,
            DeletionAllowed = body.Flag("deletion_allowed") ?? key.DeletionAllowed,
            Exportable = key.Exportable || body.Flag("exportable") == true,
            AllowPlaintextBackup = key.AllowPlaintextBackup || body.Flag("allow_plaintext_backup") == true,
            AutoRotatePeriod = Period(body) ?? key.AutoRotatePeriod,
        };
        if (changed.MinEncryptionVersion > 0 && changed.MinEncryptionVersion < changed.MinDecryptionVersion)
            throw VaultFault.BadRequest($"cannot set min encryption/decryption values; min encryption version of {changed.MinEncryptionVersion} must be greater than or equal to min decryption version of {changed.MinDecryptionVersion}");
        if (changed.MinDecryptionVersion < key.MinAvailableVersion)
            throw VaultFault.BadRequest("min decryption version should not be less then min available version");
        var data = Describe(keys.Save(changed));
        return body.Integer("min_decryption_version") == 0
            ? new Reply { Data = data, Warnings = ["since Vault 0.3 (prior to the OpenBao fork), transit key numbering starts at 1; forcing minimum to 1"] }
            : Reply.Of(data);
    }

    /// <summary>Forgets versions that nothing may be decrypted with any more.</summary>
    public Reply Trim(Call call)
    {
        var key = keys.Find(call["name"]) ?? throw VaultFault.BadRequest("invalid key name");
        var min = call.Body.Integer("min_available_version") ?? throw VaultFault.BadRequest("missing min_available_version");
        if (min < 1)
            throw VaultFault.BadRequest("minimum available version should be positive");
        if (min < key.MinAvailableVersion)
            throw VaultFault.BadRequest("minimum available version cannot be decremented");
        if (key.MinEncryptionVersion == 0)
            throw VaultFault.BadRequest("minimum available version cannot be set when minimum encryption version is not set");
        if (min > key.MinEncryptionVersion)
            throw VaultFault.BadRequest("minimum available version cannot be greater than minimum encryption version");
        if (min > key.MinDecryptionVersion)
            throw VaultFault.BadRequest("minimum available version cannot be greater than minimum decryption version");
        keys.Save(key with { MinAvailableVersion = (int)min, Versions = [.. key.Versions.Where(version => version.Number >= min)] });
        return Reply.None;
    }

    private static int? Version(Fields body, string purpose, int latest)
    {
        if (body.Integer($"min_{purpose}_version") is not { } version)
            return null;
        if (version < 0)
            throw VaultFault.BadRequest($"min {purpose} version cannot be negative");
        return version <= latest ? (int)version : throw VaultFault.BadRequest($"cannot set min {purpose} version of {version}, latest key version is {latest}");
    }

    /// <summary>Keys of an exportable key, by version.</summary>
    public Reply Export(Call call, string? version)
    {
        if (keys.Find(call["name"]) is not { } key)
            return Reply.None;
        if (call["kind"] is not ("encryption-key" or "hmac-key"))
            throw VaultFault.BadRequest($"invalid export type: {call["kind"]}");
        if (!key.Exportable)
            throw VaultFault.BadRequest("private key material is not exportable");
        var chosen = key.Versions.Where(candidate => candidate.Number >= key.MinDecryptionVersion && (version is null or "latest" || candidate.Number.ToString(CultureInfo.InvariantCulture) == version)).ToList();
        if (chosen.Count == 0)
            throw VaultFault.BadRequest("version does not exist or cannot be found");
        return Reply.Of(new JsonObject
        {
            ["keys"] = new JsonObject((version == "latest" ? chosen[^1..] : chosen).Select(candidate => KeyValuePair.Create(
                candidate.Number.ToString(CultureInfo.InvariantCulture), (JsonNode?)Convert.ToBase64String(call["kind"] == "hmac-key" ? candidate.HmacKey : candidate.Key)))),
            ["name"] = key.Name,
            ["type"] = key.Type,
        });
    }

    public Reply BackUp(Call call)
    {
        var key = keys.Get(call["name"]);
        throw new VaultFault(StatusCodes.Status500InternalServerError, key is { Exportable: true, AllowPlaintextBackup: true }
            ? "1 error occurred:\n\t* backups are not supported by this development server\n\n"
            : "1 error occurred:\n\t* exporting is disallowed on the policy\n\n");
    }

    private static TimeSpan? Period(Fields body)
    {
        if (body.Duration("auto_rotate_period") is not { } period)
            return null;
        return period == TimeSpan.Zero || period >= TimeSpan.FromHours(1) ? period : throw VaultFault.BadRequest("auto rotate period must be 0 to disable or at least an hour");
    }

    private static JsonObject Describe(TransitKey key)
    {
        var description = DescribePlain(key);
        if (key.Derived)
            (description["kdf"], description["convergent_encryption"]) = ("hkdf_sha256", key.Convergent);
        if (key.Convergent)
            description["convergent_encryption_version"] = -1;
        return description;
    }

    private static JsonObject DescribePlain(TransitKey key) => new()
    {
        ["allow_plaintext_backup"] = key.AllowPlaintextBackup,
        ["auto_rotate_period"] = VaultJson.Seconds(key.AutoRotatePeriod),
        ["deletion_allowed"] = key.DeletionAllowed,
        ["derived"] = key.Derived,
        ["exportable"] = key.Exportable,
        ["imported_key"] = false,
        ["keys"] = new JsonObject(key.Versions
            .Where(version => version.Number >= key.MinDecryptionVersion)
            .Select(version => KeyValuePair.Create(version.Number.ToString(CultureInfo.InvariantCulture), (JsonNode?)version.CreatedAt.ToUnixTimeSeconds()))),
        ["latest_version"] = key.LatestVersion,
        ["min_available_version"] = key.MinAvailableVersion,
        ["min_decryption_version"] = key.MinDecryptionVersion,
        ["min_encryption_version"] = key.MinEncryptionVersion,
        ["name"] = key.Name,
        ["soft_deleted"] = false,
        ["supports_decryption"] = true,
        ["supports_derivation"] = true,
        ["supports_encryption"] = true,
        ["supports_signing"] = false,
        ["type"] = key.Type,
    };
}
