using MongoDB.Driver;

namespace CreditSystem.Api.Secrets;

/// <summary>Composes the two connection strings that the clients take from the keys of the secrets.</summary>
internal static class ConnectionStrings
{
    /// <param name="configured">What the configuration itself says; it holds where no stronger source has a part of the string.</param>
    /// <param name="engine">Where Vault's database engine has issued MongoDB's credentials: then they win over those of the whole string.</param>
    public static void Derive(Dictionary<string, SourcedValue> values, Func<string, string?> configured, DatabaseOptions? engine = null)
    {
        Set(values, SecretKeys.MongoConnection, configured, Mongo(values, engine));
        Set(values, SecretKeys.RedisConnection, configured, Redis(values));
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
        var host = values.GetValueOrDefault("mongodb:service_name");
        if (whole is not null && host is not null && whole.Source.Origin < host.Source.Origin)
            whole = null;
        if (user is null || password is null || (whole is null && host is null))
            return whole;
        // A stronger source of the password than of the whole string wins: a file's password over a default's string.
        if (engine is null && whole is not null && (whole.Source.Origin >= password.Source.Origin || !TryParse(whole.Value, out var url) || url!.Username is not null))
            return whole;
        var database = values[SecretKeys.MongoDatabaseName].Value;
        var builder = new MongoUrlBuilder(whole?.Value ?? $"mongodb://{host!.Value}:{values.GetValueOrDefault("mongodb:port")?.Value ?? "27017"}/{database}")
        {
            Username = user.Value,
            Password = password.Value,
        };
        builder.DatabaseName ??= database;
        if (engine?.Mode == DatabaseMode.Dynamic)
            builder.AuthenticationSource = engine.AuthenticationDatabase;
        return new SourcedValue(builder.ToString(), password.Source);
    }

    private static SourcedValue? Redis(Dictionary<string, SourcedValue> values)
    {
        var host = values.GetValueOrDefault(SecretKeys.RedisHost) ?? values.GetValueOrDefault("redis:service_name");
        if (host is null)
            return null;
        var address = $"{host.Value}:{values[SecretKeys.RedisPort].Value}";
        return values.GetValueOrDefault(SecretKeys.RedisPassword) is { Value.Length: > 0 } password
            ? new SourcedValue($"{address},password={password.Value}", password.Source)
            : new SourcedValue(address, host.Source);
    }

    private static bool TryParse(string connectionString, out MongoUrl? url)
    {
        try
        {
            url = MongoUrl.Create(connectionString);
            return true;
        }
        catch (MongoConfigurationException)
        {
            url = null;
            return false;
        }
    }
}
