using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.KeyValue;

/// <summary>The secrets of one KV version 2 mount.</summary>
internal sealed class SecretStore(StorageView storage, VaultClock clock)
{
    private const int DefaultMaxVersions = 10;

    private readonly StorageView _secrets = storage.Below("secret/");

    public KeyValueConfiguration Configuration
    {
        get => storage.Get<KeyValueConfiguration>("config") ?? new KeyValueConfiguration();
        set => storage.Put("config", value);
    }

    public DateTimeOffset Now => clock.GetUtcNow();

    public Secret? Find(string path) => _secrets.Get<Secret>(path);

    public bool Exists(string path) => _secrets.Contains(path);

    public void Save(string path, Secret secret) => _secrets.Put(path, secret);

    public void Purge(string path) => _secrets.Delete(path);

    public IReadOnlyList<string> List(string folder) => _secrets.List(folder.Length == 0 ? "" : $"{folder}/");

    /// <summary>Adds a version.</summary>
    /// <exception cref="VaultFault"><paramref name="cas"/> is not the current version, or is required.</exception>
    public (Secret Secret, SecretVersion Version) Add(string path, JsonObject data, int? cas)
    {
        var configuration = Configuration;
        var secret = Find(path) ?? new Secret { CreatedAt = Now, UpdatedAt = Now };
        if (cas is null && (configuration.CasRequired || secret.CasRequired))
            throw VaultFault.BadRequest("check-and-set parameter required for this call");
        if (cas is not null && cas != secret.CurrentVersion)
            throw VaultFault.BadRequest("check-and-set parameter did not match the current version");
        var lifetime = Shortest(configuration.DeleteVersionAfter, secret.DeleteVersionAfter);
        var version = new SecretVersion
        {
            Number = secret.CurrentVersion + 1,
            CreatedAt = Now,
            DeletedAt = lifetime > TimeSpan.Zero ? Now + lifetime : null,
            Data = (JsonObject)data.DeepClone(),
        };
        secret = Trim(secret with { CurrentVersion = version.Number, UpdatedAt = Now, Versions = [.. secret.Versions, version] }, configuration);
        Save(path, secret);
        return (secret, version);
    }

    /// <summary>Drops the oldest versions beyond the limit.</summary>
    public static Secret Trim(Secret secret, KeyValueConfiguration configuration)
    {
        var limit = secret.MaxVersions > 0 ? secret.MaxVersions : configuration.MaxVersions > 0 ? configuration.MaxVersions : DefaultMaxVersions;
        return secret with { Versions = [.. secret.Versions.Where(version => version.Number > secret.CurrentVersion - limit)] };
    }

    public void Change(string path, IEnumerable<int> numbers, Func<SecretVersion, SecretVersion> change)
    {
        if (Find(path) is not { } secret)
            return;
        foreach (var number in numbers)
        {
            if (secret.Version(number) is { } version)
                secret = secret.Replace(change(version));
        }

        Save(path, secret);
    }

    private static TimeSpan Shortest(TimeSpan one, TimeSpan other) =>
        one <= TimeSpan.Zero ? other : other <= TimeSpan.Zero || one < other ? one : other;
}
