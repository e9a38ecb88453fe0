using CreditSystem.Secrets.Sources;

namespace CreditSystem.Secrets.Database;

/// <summary>Where the clients connect to by the secrets in use. Each change of them makes another one.</summary>
/// <param name="Mongo">Null where no source says it.</param>
/// <param name="Redis">Null where no source says it.</param>
/// <param name="DatabaseName">In MongoDB.</param>
public sealed record ConnectionTargets(ConnectionTarget? Mongo, ConnectionTarget? Redis, string DatabaseName)
{
    private const string DefaultDatabase = "credit-system";

    internal static ConnectionTargets From(IReadOnlyDictionary<string, SourcedValue> values)
    {
        return new ConnectionTargets(
            Target(SecretKeys.MongoConnection, SecretKeys.MongoCaCertificate),
            Target(SecretKeys.RedisConnection, SecretKeys.RedisCaCertificate),
            Text(SecretKeys.MongoDatabaseName) ?? DefaultDatabase);

        ConnectionTarget? Target(string connection, string authority) =>
            Text(connection) is { } text ? new ConnectionTarget(text, Text(authority)) : null;

        string? Text(string key) => values.TryGetValue(key, out var value) && value.Value.Length > 0 ? value.Value : null;
    }
}
