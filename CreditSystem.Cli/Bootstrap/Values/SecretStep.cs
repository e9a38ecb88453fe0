using System.Globalization;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap.Values;

/// <summary>Reads and writes the secrets below the prefix, with check-and-set.</summary>
internal sealed class SecretStep(VaultAdminClient vault, BootstrapSettings settings, ChangeReporter changes)
{
    /// <summary>What the system cannot start without; the names are the original's.</summary>
    private static readonly (string Secret, string Key)[] Required =
    [
        (
            "mongodb", "connection_string"), (
                "mongodb", "database_name"), ("redis", "host"), ("redis", "port"), ("redis", "password"), ("app", "secret_key"),
    ];

    public async Task<SecretDraft> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await vault.ReadAsync(DataPath(name), cancellationToken);
        var data = answer?["data"] as JsonObject;
        return new SecretDraft(name, data ?? [], await VersionAsync(name, answer, cancellationToken), data is not null);
    }

    /// <summary>
    /// The older versions that have the key, the newest first; and those that are deleted, of which nobody knows before they are
    /// undeleted.
    /// </summary>
    public async Task<(IReadOnlyList<int> With, IReadOnlyList<int> Deleted)> FindVersionsAsync(string name, string key,
        CancellationToken cancellationToken)
    {
        var versions = (
            await vault.ReadAsync($"{settings.KvMount}/metadata/{settings.Prefix}/{name}", cancellationToken))?["versions"] as JsonObject
            ?? [];
        var (with, deleted) = (new List<int>(), new List<int>());
        foreach (var version in versions.Where(pair => (bool?)pair.Value?["destroyed"] != true).Select(pair => int.Parse(pair.Key,
            CultureInfo.InvariantCulture)).OrderDescending())
        {
            if ((await vault.ReadAsync($"{DataPath(name)}?version={version}", cancellationToken))?["data"] is not JsonObject data)
                deleted.Add(version);
            else if (data[key]?.ToString() is { Length: > 0 })
                with.Add(version);
        }

        return (with, deleted);
    }

    public async Task WriteAsync(SecretDraft draft, CancellationToken cancellationToken)
    {
        var what = $"secret {settings.KvMount}/{settings.Prefix}/{draft.Name}";
        Task Write() =>
            vault.WriteAsync(
                DataPath(draft.Name), new JsonObject { ["data"] = draft.Values, ["options"] = new JsonObject { ["cas"] = draft.Version } },
                cancellationToken);
        // Payments are off without it, which is nothing to say at every start.
        if (draft.Name == SuppliedValues.PaymentProvider && draft.Added.Count + draft.Changed.Count == 0)
            return;
        // Nothing is known of it yet: an empty secret would only hide that.
        if (!draft.Exists && draft.Added.Count == 0)
            changes.Say($"{what} is not written: nothing is known of it.");
        else if (!draft.Exists)
            await changes.AddAsync($"{what}: {string.Join(", ", draft.Added)}", Write);
        else if (draft.Added.Count + draft.Changed.Count > 0)
            await changes.ChangeAsync(
                $"{what}: {string.Join(", ", draft.Added.Select(key => $"+{key}").Concat(draft.Changed.Select(key => $"~{key}")))}", Write);
        else
            changes.Keep(what);
    }

    /// <summary>The keys that are still missing, as <c>secret.key</c>.</summary>
    public static IReadOnlyList<string> FindMissing(IEnumerable<SecretDraft> drafts)
    {
        var byName = drafts.ToDictionary(draft => draft.Name);
        return [.. Required.Where(
            required => byName[required.Secret][required.Key] is null).Select(required => $"{required.Secret}.{required.Key}")];
    }

    private string DataPath(string name) => $"{settings.KvMount}/data/{settings.Prefix}/{name}";

    /// <summary>A deleted secret still counts its versions, and check-and-set compares with the last of them.</summary>
    private async Task<int> VersionAsync(string name, JsonObject? answer, CancellationToken cancellationToken) =>
        (int?)answer?["metadata"]?["version"]
        ?? (int?)(await vault.ReadAsync($"{settings.KvMount}/metadata/{settings.Prefix}/{name}", cancellationToken))?["current_version"]
        ?? 0;
}
