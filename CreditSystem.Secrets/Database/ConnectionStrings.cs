using CreditSystem.Secrets.Sources;
using MongoDB.Driver;

namespace CreditSystem.Secrets.Database;

/// <summary>Composes the two connection strings that the clients take from the keys of the secrets.</summary>
internal static class ConnectionStrings
{
    /// <param name="configured">What the configuration itself says; it holds where no stronger source has a part of the string.</param>
    /// <param name="engine">
    /// Where Vault's database engine has issued MongoDB's credentials: then they win over those of the whole string.
    /// </param>
    public static void Derive(Dictionary<string, SourcedValue> values, Func<string, string?> configured, DatabaseOptions? engine = null)
    {
        Set(values, SecretKeys.MongoConnection, configured, Mongo(values, engine));
        Set(values, SecretKeys.RedisConnection, configured, RedisConnectionString.Compose(values));
    }

    private static void Set(Dictionary<string, SourcedValue> values, string key, Func<string, string?> configured, SourcedValue? derived)
    {
        var isWeak = derived?.Source.Origin is null or SecretOrigin.Default or SecretOrigin.Configuration;
        if (isWeak && configured(key) is { } value)
            values[key] = new SourcedValue(value, new SecretSource(SecretOrigin.Configuration, key));
        else if (derived is not null)
            values[key] = derived;
    }

    private static SourcedValue? Mongo(Dictionary<string, SourcedValue> values, DatabaseOptions? engine)
    {
        var whole = values.GetValueOrDefault(SecretKeys.MongoConnectionString);
        var user = values.GetValueOrDefault(SecretKeys.MongoUser);
        var password = values.GetValueOrDefault(SecretKeys.MongoPassword);
        var host = values.GetValueOrDefault(SecretKeys.MongoHost);
        if (whole is not null && host is not null && whole.Source.Origin < host.Source.Origin)
            whole = null;
        whole = whole is null ? null : whole with { Value = WithOptions(whole.Value, values) };
        if (user is null || password is null || (whole is null && host is null))
            return whole;
        // A stronger source of the password than of the whole string wins: a file's password over a default's string.
        if (engine is null && whole is not null
            && (whole.Source.Origin > password.Source.Origin || ParseMongo(whole.Value) is not { Username: null }))
            return whole;
        return Compose(values, whole, host, engine) is { } composed ? new SourcedValue(composed, password.Source) : null;
    }

    /// <summary>Null where a part cannot be one: the rules say which.</summary>
    private static string? Compose(
        Dictionary<string, SourcedValue> values, SourcedValue? whole, SourcedValue? host, DatabaseOptions? engine)
    {
        var database = values[SecretKeys.MongoDatabaseName].Value;
        try
        {
            var builder = new MongoUrlBuilder(whole?.Value ?? WithOptions($"mongodb://{Hosts(host!.Value, values)}/{database}", values))
            {
                Username = values[SecretKeys.MongoUser].Value,
                Password = values[SecretKeys.MongoPassword].Value,
            };
            builder.DatabaseName ??= database;
            if (engine?.Mode == DatabaseMode.Dynamic)
                builder.AuthenticationSource = engine.AuthenticationDatabase;
            return builder.ToString();
        }
        catch (Exception exception) when (exception is MongoConfigurationException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    /// <summary>A host, or several of a replica set, each with a port of its own where it is another.</summary>
    private static string Hosts(string hosts, Dictionary<string, SourcedValue> values) => string.Join(',', hosts
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(host =>
            host.LastIndexOf(':') > host.LastIndexOf(']')
                ? host
                : $"{host}:{values.GetValueOrDefault(SecretKeys.MongoPort)?.Value ?? "27017"}"));

    /// <summary>
    /// Adds <c>mongodb:options</c> (<c>replicaSet=rs0&amp;w=majority</c>) and <c>mongodb:tls</c> where the string says nothing of them.
    /// </summary>
    private static string WithOptions(string text, Dictionary<string, SourcedValue> values)
    {
        List<string> options = [.. (values.GetValueOrDefault(SecretKeys.MongoOptions)?.Value ?? "").Split('&',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        if (bool.TryParse(values.GetValueOrDefault(SecretKeys.MongoTls)?.Value, out var isTls))
            options.Add(isTls ? "tls=true" : "tls=false");
        var said = text.Contains('?')
            ? text[(text.IndexOf('?') + 1)..].Split('&').Select(NameOf).ToHashSet(StringComparer.OrdinalIgnoreCase)
            : [];
        options.RemoveAll(option => said.Contains(NameOf(option)) || (NameOf(option) == "tls" && said.Contains("ssl")));
        if (options.Count == 0)
            return text;
        var authority = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var start = text.Contains('?') ? "&" : text.IndexOf('/', authority) >= 0 ? "?" : "/?";
        return $"{text}{start}{string.Join('&', options)}";
    }

    private static string NameOf(string option) => option.Split('=')[0];

    /// <summary>Null where it is none.</summary>
    public static MongoUrl? ParseMongo(string connectionString)
    {
        try
        {
            return MongoUrl.Create(connectionString);
        }
        catch (MongoConfigurationException)
        {
            return null;
        }
    }
}
