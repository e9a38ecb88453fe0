using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CreditSystem.Secrets.Database;
using CreditSystem.ServiceDefaults.Logging;

namespace CreditSystem.Secrets.Sources;

/// <summary>What a set of secrets must satisfy before anything uses it. The reasons name keys, never values.</summary>
internal static class SecretRules
{
    /// <summary>HS256 wants a key as long as its hash (RFC 7518, section 3.2).</summary>
    private const int MinSigningKeyBytes = 32;

    private static readonly string[] KnownSigningKeys = ["changeme", "change-me", "change-this", "your-secret-key", "your_secret_key",
        "dev-secret", "development", "example"];

    /// <summary>What each value must be, by itself; and what is said of one that is not.</summary>
    private static readonly (string Key, Func<string, bool> IsGood, string Otherwise)[] Forms =
    [
        (SecretKeys.MongoPort, IsPort, "is no port"),
        (SecretKeys.RedisPort, IsPort, "is no port"),
        (SecretKeys.RedisConnectionString, RedisConnectionString.IsWellFormed,
            "is no configuration of Redis' client, such as host:6379,user=app,password=…,ssl=true"),
        (SecretKeys.MongoTls, IsBoolean, "is neither true nor false"),
        (SecretKeys.RedisTls, IsBoolean, "is neither true nor false"),
        (SecretKeys.MongoCaCertificate, HoldsCertificate, "holds no certificate in PEM"),
        (SecretKeys.RedisCaCertificate, HoldsCertificate, "holds no certificate in PEM"),
        (SecretKeys.RedisPassword, text => !text.Contains(','), "holds a comma, which a Redis connection string cannot carry"),
        (SecretKeys.SigningKey, IsLongEnough, $"is shorter than {MinSigningKeyBytes} bytes"),
        (SecretKeys.PersonalDataKey, IsLongEnough, $"is shorter than {MinSigningKeyBytes} bytes"),
        (SecretKeys.LogLevel, text => LogLevels.Parse(text) is not null, "is no log level"),
        (SecretKeys.MetricsEnabled, IsBoolean, "is neither true nor false"),
    ];

    /// <summary>Reasons why these values cannot work anywhere.</summary>
    public static IEnumerable<SecretViolation> Violations(IReadOnlyDictionary<string, SourcedValue> values, KeyCheckValues checks)
    {
        string? Value(string key) => values.GetValueOrDefault(key)?.Value;
        string?[] mongo = [Value(SecretKeys.MongoConnectionString), Value(SecretKeys.MongoConnection)];
        if (mongo.OfType<string>().Any(text => !IsMongo(text)))
            yield return new(SecretKeys.MongoConnectionString, "is no MongoDB connection string");
        foreach (var (key, isGood, otherwise) in Forms)
        {
            if (Value(key) is { } value && !isGood(value))
                yield return new(key, otherwise);
        }

        // Where it is not delivered, the signing key stands in for it.
        var personal = Value(SecretKeys.PersonalDataKey);
        if ((personal ?? Value(SecretKeys.SigningKey)) is { } used && checks.IsAnother(used))
            yield return new(SecretKeys.PersonalDataKey, personal is null
                ? "is missing, and the stored personal data was not written under app:secret_key"
                : "is not the key that the stored personal data was written under");
    }

    /// <summary>Reasons why these values must not serve anybody outside development.</summary>
    public static IEnumerable<SecretViolation> SecurityViolations(IReadOnlyDictionary<string, SourcedValue> values)
    {
        if (!values.TryGetValue(SecretKeys.MongoConnection, out var mongo))
            yield return new(SecretKeys.MongoConnectionString, "is not set", IsMissing: true);
        else if (ConnectionStrings.ParseMongo(mongo.Value) is { Password: null, AuthenticationMechanism: null })
            yield return new(SecretKeys.MongoConnectionString, "has no credentials");
        if (!values.TryGetValue(SecretKeys.RedisConnection, out var redis))
            yield return new(SecretKeys.RedisHost, "is not set", IsMissing: true);
        else if (!RedisConnectionString.HasPassword(redis.Value))
            yield return new(SecretKeys.RedisPassword, "is not set", IsMissing: true);
        if (!values.TryGetValue(SecretKeys.SigningKey, out var key))
            yield return new(SecretKeys.SigningKey, "is not set", IsMissing: true);
        else if (KnownSigningKeys.Any(known => key.Value.Contains(known, StringComparison.OrdinalIgnoreCase)))
            yield return new(SecretKeys.SigningKey, "is a well-known example");
    }

    private static bool IsPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535;

    private static bool HoldsCertificate(string pem)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem);
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool IsBoolean(string text) => bool.TryParse(text, out _);

    private static bool IsLongEnough(string key) => Encoding.UTF8.GetByteCount(key) >= MinSigningKeyBytes;

    private static bool IsMongo(string connectionString) => ConnectionStrings.ParseMongo(connectionString) is not null;
}

/// <summary>A rule that a value breaks. It names the key, never the value.</summary>
/// <param name="Key">Which value.</param>
/// <param name="Reason">What is wrong with it, to be read after the key.</param>
/// <param name="IsMissing">There is none at all.</param>
public sealed record SecretViolation(string Key, string Reason, bool IsMissing = false)
{
    /// <summary>The secret that the key belongs to: what is wrong with one secret must not hold back another.</summary>
    public string Section => Key[..Key.IndexOf(':', StringComparison.Ordinal)];

    public override string ToString() => $"{Key} {Reason}";
}
