using System.Security.Cryptography;
using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Secrets.Sources;

/// <summary>Merges what the sources say, key by key: Vault over secret files over environment over configuration over defaults.</summary>
public sealed class SecretLayers(VaultOptions options, IReadOnlyList<IConfigurationProvider> configuration, bool isDevelopment)
{
    private readonly Dictionary<string, string> _defaults = Defaults(isDevelopment);

    public Dictionary<string, SourcedValue> Merge(SecretSnapshot? snapshot)
    {
        var values = new Dictionary<string, SourcedValue>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in SecretKeys.All)
        {
            if (Configured(key) is { } value)
                values[key] = new SourcedValue(value, new SecretSource(SecretOrigin.Configuration, key));
        }

        AddEnvironment(values);
        foreach (var directory in options.SecretDirectories.Reverse())
            AddFiles(directory, values);
        foreach (var secret in snapshot?.Secrets ?? [])
            AddSecret(secret, snapshot!.Origin, values);
        if (snapshot?.Database is { } lease)
            AddDatabase(lease, snapshot.Origin, values);
        Complete(values, snapshot);
        return values;
    }

    /// <summary>Adds the defaults of what is not there, and the connection strings that follow from the rest.</summary>
    public void Complete(Dictionary<string, SourcedValue> values, SecretSnapshot? snapshot)
    {
        foreach (var (key, value) in _defaults)
            values.TryAdd(key, new SourcedValue(value, new SecretSource(SecretOrigin.Default, "default")));
        values.Remove(SecretKeys.MongoConnection);
        values.Remove(SecretKeys.RedisConnection);
        ConnectionStrings.Derive(values, Configured, snapshot?.Database is null ? null : options.MongoDB);
    }

    private void AddEnvironment(Dictionary<string, SourcedValue> values)
    {
        foreach (var provider in configuration)
        {
            foreach (var name in provider.GetChildKeys([], parentPath: null).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                if (SecretKeys.OfName(name) is { } key && provider.TryGet(name, out var value) && !string.IsNullOrEmpty(value))
                    values[key] = new SourcedValue(value, new SecretSource(SecretOrigin.Environment, name));
            }
        }
    }

    private static void AddFiles(string directory, Dictionary<string, SourcedValue> values)
    {
        foreach (var path in SecretFiles.In(directory))
        {
            var name = Path.GetFileName(path);
            var key = SecretKeys.OfName(name) ?? name.Replace("__", ":", StringComparison.Ordinal);
            if (SecretFiles.Read(path) is { } value)
                values[key] = new SourcedValue(value, new SecretSource(SecretOrigin.File, path, CreatedAt: File.GetLastWriteTimeUtc(path)));
        }
    }

    private static void AddDatabase(DatabaseLease lease, SecretOrigin origin, Dictionary<string, SourcedValue> values)
    {
        var source = new SecretSource(origin, lease.Path, CreatedAt: lease.IssuedAt);
        values[SecretKeys.MongoUser] = new SourcedValue(lease.Username, source);
        values[SecretKeys.MongoPassword] = new SourcedValue(lease.Password, source);
    }

    private void AddSecret(VaultSecret secret, SecretOrigin origin, Dictionary<string, SourcedValue> values)
    {
        var section = secret.Path[(options.Prefix.Trim('/').Length + 1)..].Replace('/', ':');
        foreach (var (key, value) in secret.Values)
            values[$"{section}:{key}"] = new SourcedValue(
                value, new SecretSource(origin, $"{options.MountPoint}/{secret.Path}", secret.Version, secret.CreatedAt));
    }

    private string? Configured(string key) => configuration.Reverse()
        .Select(provider => provider.TryGet(key, out var value) ? value : null).FirstOrDefault(value => !string.IsNullOrEmpty(value));

    private static Dictionary<string, string> Defaults(bool isDevelopment)
    {
        var defaults = new Dictionary<string, string>
        {
            [SecretKeys.MongoDatabaseName] = "credit-system",
            [SecretKeys.RedisPort] = "6379",
            [SecretKeys.LogLevel] = "Information",
            [SecretKeys.MetricsEnabled] = "true",
        };
        if (isDevelopment)
        {
            defaults[SecretKeys.MongoConnectionString] = "mongodb://localhost:27017/credit-system";
            defaults[SecretKeys.RedisHost] = "localhost";
            // A new one per start: tokens of the last run are worth nothing, and no constant can leak into production.
            defaults[SecretKeys.SigningKey] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        }

        return defaults;
    }
}
