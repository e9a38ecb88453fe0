using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.Secrets.Sources;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.Secrets.Database;

/// <summary>Where a client connects to, and whom it trusts there. Another one makes another client. Its text never holds either.</summary>
/// <param name="ConnectionString">With the credentials.</param>
/// <param name="CaCertificate">The authority of the server's certificate, in PEM; null for those that the machine trusts.</param>
public sealed record ConnectionTarget(string ConnectionString, string? CaCertificate = null)
{
    /// <summary>Null where the machine's own authorities are to be trusted.</summary>
    public RemoteCertificateValidationCallback? TrustOnlyGiven()
    {
        if (CaCertificate is null)
            return null;
        var trust = TrustBundle.Load(CaCertificate);
        return (_, certificate, chain, errors) => (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0
            && certificate is X509Certificate2 remote && trust.Trusts(remote, chain);
    }

    public override string ToString() => nameof(ConnectionTarget);
}

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
