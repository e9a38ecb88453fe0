using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CreditSystem.Secrets.Database;
using CreditSystem.ServiceDefaults.Logging;
using MongoDB.Driver;

namespace CreditSystem.Secrets.Sources;

/// <summary>What a set of secrets must satisfy before anything uses it. The reasons name keys, never values.</summary>
internal static class SecretRules
{
    /// <summary>HS256 wants a key as long as its hash (RFC 7518, section 3.2).</summary>
    private const int MinSigningKeyBytes = 32;

    private static readonly string[] KnownSigningKeys = ["changeme", "change-me", "change-this", "your-secret-key", "your_secret_key",
        "dev-secret", "development", "example"];

    /// <summary>Reasons why these values cannot work anywhere.</summary>
    public static IEnumerable<SecretViolation> Violations(IReadOnlyDictionary<string, SourcedValue> values, KeyCheckValues checks) =>
        [.. OfConnections(values), .. OfKeys(values, checks), .. OfMonitoring(values)];

    private static IEnumerable<SecretViolation> OfConnections(IReadOnlyDictionary<string, SourcedValue> values)
    {
        if (values.TryGetValue(SecretKeys.MongoConnectionString, out var whole) && !IsMongo(whole.Value))
            yield return new(SecretKeys.MongoConnectionString, "is no MongoDB connection string");
        else if (values.TryGetValue(SecretKeys.MongoConnection, out var mongo) && !IsMongo(mongo.Value))
            yield return new(SecretKeys.MongoConnectionString, "is no MongoDB connection string");
        foreach (var key in new[] { SecretKeys.MongoPort, SecretKeys.RedisPort })
        {
            if (values.TryGetValue(key, out var port) && !IsPort(port.Value))
                yield return new(key, "is no port");
        }

        if (values.TryGetValue(SecretKeys.RedisConnectionString, out var redis) && !RedisConnectionString.IsWellFormed(redis.Value))
            yield return new(
                SecretKeys.RedisConnectionString, "is no configuration of Redis' client, such as host:6379,user=app,password=…,ssl=true");
        foreach (var key in new[] { SecretKeys.MongoTls, SecretKeys.RedisTls })
        {
            if (values.TryGetValue(key, out var tls) && !bool.TryParse(tls.Value, out _))
                yield return new(key, "is neither true nor false");
        }

        foreach (var key in new[] { SecretKeys.MongoCaCertificate, SecretKeys.RedisCaCertificate })
        {
            if (values.TryGetValue(key, out var authority) && !HoldsCertificate(authority.Value))
                yield return new(key, "holds no certificate in PEM");
        }

        if (values.TryGetValue(SecretKeys.RedisPassword, out var password) && password.Value.Contains(','))
            yield return new(SecretKeys.RedisPassword, "holds a comma, which a Redis connection string cannot carry");
    }

    private static IEnumerable<SecretViolation> OfKeys(IReadOnlyDictionary<string, SourcedValue> values, KeyCheckValues checks)
    {
        if (values.TryGetValue(SecretKeys.SigningKey, out var key) && Encoding.UTF8.GetByteCount(key.Value) < MinSigningKeyBytes)
            yield return new(SecretKeys.SigningKey, $"is shorter than {MinSigningKeyBytes} bytes");
        if (values.TryGetValue(SecretKeys.PersonalDataKey, out var personal)
            && Encoding.UTF8.GetByteCount(personal.Value) < MinSigningKeyBytes)
            yield return new(SecretKeys.PersonalDataKey, $"is shorter than {MinSigningKeyBytes} bytes");
        // Where it is not delivered, the signing key stands in for it.
        if ((personal ?? key) is { } used && checks.IsAnother(used.Value))
            yield return new(SecretKeys.PersonalDataKey, personal is null
                ? "is missing, and the stored personal data was not written under app:secret_key"
                : "is not the key that the stored personal data was written under");
    }

    private static IEnumerable<SecretViolation> OfMonitoring(IReadOnlyDictionary<string, SourcedValue> values)
    {
        if (values.TryGetValue(SecretKeys.LogLevel, out var level) && LogLevels.Parse(level.Value) is null)
            yield return new(SecretKeys.LogLevel, "is no log level");
        if (values.TryGetValue(SecretKeys.MetricsEnabled, out var enabled) && !bool.TryParse(enabled.Value, out _))
            yield return new(SecretKeys.MetricsEnabled, "is neither true nor false");
    }

    /// <summary>Reasons why these values must not serve anybody outside development.</summary>
    public static IEnumerable<SecretViolation> SecurityViolations(IReadOnlyDictionary<string, SourcedValue> values)
    {
        if (!values.TryGetValue(SecretKeys.MongoConnection, out var mongo))
            yield return new(SecretKeys.MongoConnectionString, "is not set", IsMissing: true);
        else if (IsMongo(mongo.Value) && MongoUrl.Create(mongo.Value) is { Password: null, AuthenticationMechanism: null })
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

    private static bool IsMongo(string connectionString)
    {
        try
        {
            MongoUrl.Create(connectionString);
            return true;
        }
        catch (MongoConfigurationException)
        {
            return false;
        }
    }
}
