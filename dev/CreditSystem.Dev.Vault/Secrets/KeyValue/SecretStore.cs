using System.Globalization;
using System.Text.Json;
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

    /// <summary>Every secret below a folder, with its path from there.</summary>
    public IEnumerable<string> Scan(string folder)
    {
        var start = folder.Length == 0 ? "" : $"{folder}/";
        return _secrets.Keys(start).Select(key => key[start.Length..]);
    }

    public IReadOnlyList<string> List(string folder) => _secrets.List(folder.Length == 0 ? "" : $"{folder}/");

    /// <summary>Adds a version.</summary>
    /// <exception cref="VaultFault"><paramref name="cas"/> is not the current version, or is required.</exception>
    public (Secret Secret, SecretVersion Version) Add(string path, JsonObject data, long? cas)
    {
        var configuration = Configuration;
        var secret = Find(path) ?? new Secret { CreatedAt = Now, UpdatedAt = Now };
        RequireCas(secret, cas);
        var lifetime = Shortest(configuration.DeleteVersionAfter, secret.DeleteVersionAfter);
        var version = new SecretVersion
        {
            Number = secret.CurrentVersion + 1,
            CreatedAt = Now,
            DeletedAt = lifetime > TimeSpan.Zero ? Now + lifetime : null,
            Lifetime = lifetime,
            Data = AsStored(data),
        };
        secret = Trim(secret with { CurrentVersion = version.Number, UpdatedAt = Now, Versions = [.. secret.Versions, version] }, configuration);
        Save(path, secret);
        return (secret, version);
    }

    /// <exception cref="VaultFault"><paramref name="cas"/> is not the current version, or is required.</exception>
    public void RequireCas(Secret secret, long? cas)
    {
        if (cas is null && (Configuration.CasRequired || secret.CasRequired))
            throw VaultFault.BadRequest("check-and-set parameter required for this call");
        if (cas is not null && cas != secret.CurrentVersion)
            throw VaultFault.BadRequest("check-and-set parameter did not match the current version");
    }

    /// <summary>Numbers are kept as doubles, so that a long whole number loses its last digits.</summary>
    private static JsonObject AsStored(JsonObject data) => new(data.Select(pair => KeyValuePair.Create(pair.Key, AsStored(pair.Value))));

    private static JsonNode? AsStored(JsonNode? value) => value switch
    {
        JsonObject map => AsStored(map),
        JsonArray list => new JsonArray([.. list.Select(AsStored)]),
        JsonValue number when number.GetValueKind() == JsonValueKind.Number && !(number.TryGetValue<long>(out var whole) && Math.Abs(whole) < 1L << 53) => JsonNode.Parse(GoNumber(number.GetValue<double>())),
        _ => value?.DeepClone(),
    };

    /// <summary>As Go writes it: the shortest text that is this number, with an exponent only from 10²¹ on.</summary>
    private static string GoNumber(double number)
    {
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        if (shortest.Split("E+") is not [var digits, var exponent] || Math.Abs(number) >= 1e21)
            return shortest;
        var (whole, fraction) = digits.Split('.') is [var left, var right] ? (left, right) : (digits, "");
        return whole + fraction.PadRight(int.Parse(exponent, CultureInfo.InvariantCulture), '0');
    }

    /// <summary>Drops the oldest versions beyond the limit.</summary>
    public static Secret Trim(Secret secret, KeyValueConfiguration configuration)
    {
        var limit = secret.MaxVersions > 0 ? secret.MaxVersions : configuration.MaxVersions > 0 ? configuration.MaxVersions : DefaultMaxVersions;
        return secret with { Versions = [.. secret.Versions.Where(version => version.Number > secret.CurrentVersion - limit)] };
    }

    public void Change(string path, IEnumerable<long> numbers, Func<SecretVersion, SecretVersion> change)
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
