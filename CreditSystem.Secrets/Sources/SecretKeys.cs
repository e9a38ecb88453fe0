using System.Collections.Frozen;

namespace CreditSystem.Secrets.Sources;

/// <summary>The configuration keys that secrets become, and the names that carry them as environment variables and files.</summary>
public static class SecretKeys
{
    public const string MongoConnectionString = "mongodb:connection_string";
    public const string MongoDatabaseName = "mongodb:database_name";
    public const string MongoPort = "mongodb:port";
    public const string MongoHost = "mongodb:service_name";
    public const string MongoOptions = "mongodb:options";
    public const string MongoTls = "mongodb:tls";
    public const string MongoCaCertificate = "mongodb:ca_certificate";
    public const string MongoUser = "mongodb:user";
    public const string MongoPassword = "mongodb:user_password";
    public const string RedisHost = "redis:host";
    public const string RedisPort = "redis:port";
    public const string RedisPassword = "redis:password";
    public const string RedisConnectionString = "redis:connection_string";
    public const string RedisUser = "redis:user";
    public const string RedisTls = "redis:tls";
    public const string RedisCaCertificate = "redis:ca_certificate";
    public const string RedisSentinelMaster = "redis:sentinel_master";
    public const string SigningKey = "app:secret_key";
    public const string PersonalDataKey = "app:personal_data_key";
    public const string LogLevel = "monitoring:log_level";
    public const string MetricsEnabled = "monitoring:metrics_enabled";

    public const string MongoConnection = "ConnectionStrings:credit-system";
    public const string RedisConnection = "ConnectionStrings:redis";

    /// <summary>Every key of the four secrets, as the original system names them, and of Stripe's.</summary>
    public static readonly string[] All =
    [
        MongoConnectionString, MongoDatabaseName, MongoPort, "mongodb:root_user", "mongodb:root_password", MongoHost, MongoUser,
        MongoPassword,
        MongoOptions, MongoTls, MongoCaCertificate,
        RedisHost, RedisPort, RedisPassword, "redis:service_name", RedisConnectionString, RedisUser, RedisTls, RedisCaCertificate,
        RedisSentinelMaster,
        "app:debug", "app:environment", "app:port", SigningKey, PersonalDataKey, "app:service_name",
        "monitoring:grafana_admin_password", LogLevel, MetricsEnabled,
        "stripe:secret_key", "stripe:webhook_secret",
    ];

    // mongodb:user_password is MONGODB_USER_PASSWORD or mongodb_user_password; these are the original's names beyond that rule.
    private static readonly FrozenDictionary<string, string> ByName = All
        .Select(key => (key.Replace(':', '_'), key))
        .Concat(
        [
            ("mongodb_uri", MongoConnectionString), ("mongo_uri", MongoConnectionString), ("mongodb_password", MongoPassword),
            ("mongodb_username", MongoUser), ("mongodb_database", MongoDatabaseName), ("mongodb_host", MongoHost),
            ("redis_url", RedisConnectionString), ("redis_username", RedisUser),
            ("jwt_secret_key", SigningKey), ("secret_key", SigningKey), ("log_level", LogLevel), ("metrics_enabled", MetricsEnabled),
            ("grafana_admin_password", "monitoring:grafana_admin_password"),
        ])
        .ToFrozenDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.OrdinalIgnoreCase);

    /// <summary>The key that an environment variable or a file of this name sets; null when it is none of ours.</summary>
    public static string? OfName(string name) => ByName.GetValueOrDefault(name);
}
