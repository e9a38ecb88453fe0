using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.KeyValue;

/// <summary><c>config</c> and <c>metadata/</c> of a KV version 2 mount.</summary>
internal sealed class MetadataRoutes(SecretStore secrets)
{
    private const int MaxCustomKeys = 64;
    private const int MaxCustomKeyLength = 128;
    private const int MaxCustomValueLength = 512;

    public Reply ReadConfiguration()
    {
        var configuration = secrets.Configuration;
        return Reply.Of(new JsonObject
        {
            ["cas_required"] = configuration.CasRequired,
            ["delete_version_after"] = GoDuration.Format(configuration.DeleteVersionAfter),
            ["max_versions"] = configuration.MaxVersions,
            ["metadata_cas_required"] = configuration.MetadataCasRequired,
        });
    }

    public Reply WriteConfiguration(Call call)
    {
        var configuration = secrets.Configuration;
        secrets.Configuration = configuration with
        {
            CasRequired = call.Body.Flag("cas_required") ?? configuration.CasRequired,
            MetadataCasRequired = call.Body.Flag("metadata_cas_required") ?? configuration.MetadataCasRequired,
            DeleteVersionAfter = call.Body.Duration("delete_version_after") ?? configuration.DeleteVersionAfter,
            MaxVersions = (int)(call.Body.Integer("max_versions") ?? configuration.MaxVersions),
        };
        return Reply.None;
    }

    public Reply List(Call call) => Reply.Page(call, secrets.List(call["path"]));

    public Reply Scan(Call call) => Reply.Page(call, secrets.Scan(call["path"]));

    public Reply Read(Call call)
    {
        if (secrets.Find(call["path"]) is not { } secret)
            return Reply.None;
        var versions = new JsonObject();
        foreach (var version in secret.Versions)
        {
            versions[version.Number.ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["created_time"] = VaultJson.Time(version.CreatedAt),
                ["deletion_time"] = VaultJson.Time(version.DeletedAt),
                ["destroyed"] = version.IsDestroyed,
            };
        }

        return Reply.Of(new JsonObject
        {
            ["cas_required"] = secret.CasRequired,
            ["created_time"] = VaultJson.Time(secret.CreatedAt),
            ["current_metadata_version"] = secret.MetadataVersion,
            ["current_version"] = secret.CurrentVersion,
            ["custom_metadata"] = VaultJson.Map(secret.CustomMetadata),
            ["delete_version_after"] = GoDuration.Format(secret.DeleteVersionAfter),
            ["max_versions"] = secret.MaxVersions,
            ["metadata_cas_required"] = secret.MetadataCasRequired,
            // Zero until versions have been dropped, as in Vault.
            ["oldest_version"] = secret.Versions is [{ Number: > 1 } oldest, ..] ? oldest.Number : 0,
            ["updated_time"] = VaultJson.Time(secret.UpdatedAt),
            ["versions"] = versions,
        });
    }

    public Reply Write(Call call)
    {
        var secret = secrets.Find(call["path"]) ?? new Secret { CreatedAt = secrets.Now, UpdatedAt = secrets.Now };
        Save(call, secret, call.Body.Has("custom_metadata") ? Checked(call.Body.Object("custom_metadata")!) : secret.CustomMetadata);
        return Reply.None;
    }

    public Reply Patch(Call call)
    {
        if (secrets.Find(call["path"]) is not { } secret)
            return new Reply { Status = StatusCodes.Status404NotFound };
        var custom = VaultJson.Map(secret.CustomMetadata) ?? [];
        if (call.Body.Object("custom_metadata") is { } patch)
            custom = MergePatch.Apply(custom, patch);
        Save(call, secret, Checked(custom));
        return Reply.None;
    }

    public Reply Delete(Call call)
    {
        secrets.Purge(call["path"]);
        return Reply.None;
    }

    /// <exception cref="VaultFault">A value is no text, or it is too much.</exception>
    private static Dictionary<string, string> Checked(JsonObject custom)
    {
        if (custom.FirstOrDefault(pair => pair.Value is not JsonValue value || value.GetValueKind() != System.Text.Json.JsonValueKind.String) is { Key: { } name } wrong)
            throw VaultFault.BadRequest($"custom_metadata validation failed: '[{name}]' expected type 'string', got unconvertible type '{FieldCheck.TypeName(wrong.Value)}'");
        if (custom.Count > MaxCustomKeys)
            throw VaultFault.BadRequest($"custom_metadata validation failed: payload must contain at most {MaxCustomKeys} keys, provided {custom.Count}");
        if (custom.Any(pair => pair.Key.Length is 0 or > MaxCustomKeyLength || pair.Value!.ToString().Length > MaxCustomValueLength))
            throw VaultFault.BadRequest($"custom_metadata validation failed: keys have at most {MaxCustomKeyLength} characters and values {MaxCustomValueLength}");
        return custom.ToDictionary(pair => pair.Key, pair => pair.Value!.ToString());
    }

    private void Save(Call call, Secret secret, IReadOnlyDictionary<string, string>? custom) => secrets.Save(call["path"], SecretStore.Trim(secret with
    {
        MaxVersions = (int)(call.Body.Integer("max_versions") ?? secret.MaxVersions),
        CasRequired = call.Body.Flag("cas_required") ?? secret.CasRequired,
        MetadataCasRequired = call.Body.Flag("metadata_cas_required") ?? secret.MetadataCasRequired,
        DeleteVersionAfter = call.Body.Duration("delete_version_after") ?? secret.DeleteVersionAfter,
        CustomMetadata = custom,
        MetadataVersion = secret.MetadataVersion + 1,
        UpdatedAt = secrets.Now,
    }, secrets.Configuration));
}

internal static class ConfigurationFields
{
    /// <summary>What can be set for a mount and for each of its secrets.</summary>
    public static Route TakesConfiguration(this Route route) => route
        .Takes(FieldType.Integer, "max_versions").Takes(FieldType.Flag, "cas_required", "metadata_cas_required").Takes(FieldType.Duration, "delete_version_after");
}
