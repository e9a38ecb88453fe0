using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.KeyValue;

/// <summary><c>config</c> and <c>metadata/</c> of a KV version 2 mount.</summary>
internal sealed class MetadataRoutes(SecretStore secrets)
{
    public Reply ReadConfiguration()
    {
        var configuration = secrets.Configuration;
        return Reply.Of(new JsonObject
        {
            ["cas_required"] = configuration.CasRequired,
            ["delete_version_after"] = GoDuration.Format(configuration.DeleteVersionAfter),
            ["max_versions"] = configuration.MaxVersions,
        });
    }

    public Reply WriteConfiguration(Call call)
    {
        var configuration = secrets.Configuration;
        secrets.Configuration = configuration with
        {
            CasRequired = call.Body.Flag("cas_required") ?? configuration.CasRequired,
            DeleteVersionAfter = call.Body.Duration("delete_version_after") ?? configuration.DeleteVersionAfter,
            MaxVersions = call.Body.Integer("max_versions") ?? configuration.MaxVersions,
        };
        return Reply.None;
    }

    public Reply List(Call call) => Reply.Keys(secrets.List(call["path"]));

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
            ["current_version"] = secret.CurrentVersion,
            ["custom_metadata"] = VaultJson.Map(secret.CustomMetadata),
            ["delete_version_after"] = GoDuration.Format(secret.DeleteVersionAfter),
            ["max_versions"] = secret.MaxVersions,
            // Zero until versions have been dropped, as in Vault.
            ["oldest_version"] = secret.Versions is [{ Number: > 1 } oldest, ..] ? oldest.Number : 0,
            ["updated_time"] = VaultJson.Time(secret.UpdatedAt),
            ["versions"] = versions,
        });
    }

    public Reply Write(Call call)
    {
        var secret = secrets.Find(call["path"]) ?? new Secret { CreatedAt = secrets.Now, UpdatedAt = secrets.Now };
        Save(call, secret, call.Body.Has("custom_metadata") ? call.Body.Map("custom_metadata") : secret.CustomMetadata);
        return Reply.None;
    }

    public Reply Patch(Call call)
    {
        KeyValueBackend.RequireMergePatch(call);
        if (secrets.Find(call["path"]) is not { } secret)
            return Reply.Fail(StatusCodes.Status404NotFound, []);
        var custom = VaultJson.Map(secret.CustomMetadata) ?? [];
        if (call.Body.Object("custom_metadata") is { } patch)
            custom = MergePatch.Apply(custom, patch);
        Save(call, secret, custom.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? ""));
        return Reply.None;
    }

    public Reply Delete(Call call)
    {
        secrets.Purge(call["path"]);
        return Reply.None;
    }

    private void Save(Call call, Secret secret, IReadOnlyDictionary<string, string>? custom) => secrets.Save(call["path"], SecretStore.Trim(secret with
    {
        MaxVersions = call.Body.Integer("max_versions") ?? secret.MaxVersions,
        CasRequired = call.Body.Flag("cas_required") ?? secret.CasRequired,
        DeleteVersionAfter = call.Body.Duration("delete_version_after") ?? secret.DeleteVersionAfter,
        CustomMetadata = custom,
        UpdatedAt = secrets.Now,
    }, secrets.Configuration));
}
