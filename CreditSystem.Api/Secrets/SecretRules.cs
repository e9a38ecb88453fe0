using System.Globalization;
using System.Text;
using CreditSystem.ServiceDefaults.Logging;
using MongoDB.Driver;

namespace CreditSystem.Api.Secrets;

/// <summary>What a set of secrets must satisfy before anything uses it. The reasons name keys, never values.</summary>
internal static class SecretRules
{
    /// <summary>HS256 wants a key as long as its hash (RFC 7518, section 3.2).</summary>
    private const int MinSigningKeyBytes = 32;

    private static readonly string[] KnownSigningKeys = ["changeme", "change-me", "change-this", "your-secret-key", "your_secret_key", "dev-secret", "development", "example"];

    /// <summary>Reasons why these values cannot work anywhere.</summary>
    public static IEnumerable<string> Violations(IReadOnlyDictionary<string, SourcedValue> values)
    {
        if (values.TryGetValue(SecretKeys.MongoConnection, out var mongo) && !IsMongo(mongo.Value))
            yield return $"{SecretKeys.MongoConnectionString} is no MongoDB connection string";
        if (values.TryGetValue(SecretKeys.RedisPort, out var port) && !(int.TryParse(port.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535))
            yield return $"{SecretKeys.RedisPort} is no port";
        if (values.TryGetValue(SecretKeys.RedisPassword, out var password) && password.Value.Contains(','))
            yield return $"{SecretKeys.RedisPassword} holds a comma, which a Redis connection string cannot carry";
        if (values.TryGetValue(SecretKeys.SigningKey, out var key) && Encoding.UTF8.GetByteCount(key.Value) < MinSigningKeyBytes)
            yield return $"{SecretKeys.SigningKey} is shorter than {MinSigningKeyBytes} bytes";
        if (values.TryGetValue(SecretKeys.LogLevel, out var level) && LogLevels.Parse(level.Value) is null)
            yield return $"{SecretKeys.LogLevel} is no log level";
        if (values.TryGetValue(SecretKeys.MetricsEnabled, out var enabled) && !bool.TryParse(enabled.Value, out _))
            yield return $"{SecretKeys.MetricsEnabled} is neither true nor false";
    }

    /// <summary>Reasons why these values must not serve anybody outside development.</summary>
    public static IEnumerable<string> Insecurities(IReadOnlyDictionary<string, SourcedValue> values)
    {
        if (!values.TryGetValue(SecretKeys.MongoConnection, out var mongo))
            yield return $"{SecretKeys.MongoConnectionString} is not set";
        else if (IsMongo(mongo.Value) && MongoUrl.Create(mongo.Value) is { Password: null, AuthenticationMechanism: null })
            yield return $"{SecretKeys.MongoConnectionString} has no credentials";
        if (!values.ContainsKey(SecretKeys.RedisConnection))
            yield return $"{SecretKeys.RedisHost} is not set";
        else if (!values[SecretKeys.RedisConnection].Value.Contains("password=", StringComparison.OrdinalIgnoreCase))
            yield return $"{SecretKeys.RedisPassword} is not set";
        if (!values.TryGetValue(SecretKeys.SigningKey, out var key))
            yield return $"{SecretKeys.SigningKey} is not set";
        else if (KnownSigningKeys.Any(known => key.Value.Contains(known, StringComparison.OrdinalIgnoreCase)))
            yield return $"{SecretKeys.SigningKey} is a well-known example";
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
