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
            return new Reply { Data = Describe(existing), Warnings = [$"key {existing.Name} already existed"] };
        if (body.Flag("convergent_encryption") == true)
            throw VaultFault.BadRequest("convergent encryption is not supported by this development server");
        return Reply.Of(Describe(keys.Create(new TransitKey
        {
            Name = call["name"],
            Type = body.Text("type") ?? "aes256-gcm96",
            Derived = body.Flag("derived") ?? false,
            Exportable = body.Flag("exportable") ?? false,
            AllowPlaintextBackup = body.Flag("allow_plaintext_backup") ?? false,
            AutoRotatePeriod = body.Duration("auto_rotate_period") ?? TimeSpan.Zero,
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
            AutoRotatePeriod = body.Duration("auto_rotate_period") ?? key.AutoRotatePeriod,
        };
        if (changed.MinEncryptionVersion > 0 && changed.MinEncryptionVersion < changed.MinDecryptionVersion)
            throw VaultFault.BadRequest($"cannot set min encryption/decryption values; min encryption version of {changed.MinEncryptionVersion} must be greater than or equal to min decryption version of {changed.MinDecryptionVersion}");
        if (changed.AutoRotatePeriod > TimeSpan.Zero && changed.AutoRotatePeriod < TimeSpan.FromHours(1))
            throw VaultFault.BadRequest("auto rotate period must be 0 to disable or at least an hour");
        if (changed.MinDecryptionVersion < key.MinAvailableVersion)
            throw VaultFault.BadRequest("min decryption version should not be less then min available version");
        return Reply.Of(Describe(keys.Save(changed)));
    }

    /// <summary>Forgets versions that nothing may be decrypted with any more.</summary>
    public Reply Trim(Call call)
    {
        var key = keys.Find(call["name"]) ?? throw VaultFault.BadRequest("invalid key name");
        var min = call.Body.Integer("min_available_version") ?? throw VaultFault.BadRequest("missing min_available_version");
        if (min < key.MinAvailableVersion)
            throw VaultFault.BadRequest("minimum available version cannot be decremented");
        if (key.MinEncryptionVersion == 0)
            throw VaultFault.BadRequest("minimum available version cannot be set when minimum encryption version is not set");
        if (min > key.MinEncryptionVersion || min > key.MinDecryptionVersion)
            throw VaultFault.BadRequest("minimum available version cannot be higher than minmum decryption version");
        keys.Save(key with { MinAvailableVersion = min, Versions = [.. key.Versions.Where(version => version.Number >= min)] });
        return Reply.None;
    }

    private static int? Version(Fields body, string purpose, int latest)
    {
        if (body.Integer($"min_{purpose}_version") is not { } version)
            return null;
        if (version < 0)
            throw VaultFault.BadRequest($"min {purpose} version cannot be negative");
        return version <= latest ? version : throw VaultFault.BadRequest($"cannot set min {purpose} version of {version}, latest key version is {latest}");
    }

    private static JsonObject Describe(TransitKey key) => new()
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
        ["supports_decryption"] = true,
        ["supports_derivation"] = true,
        ["supports_encryption"] = true,
        ["supports_signing"] = false,
        ["type"] = key.Type,
    };
}
