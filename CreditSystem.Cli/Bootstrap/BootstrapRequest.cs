using CreditSystem.Cli.Bootstrap.Databases;
using CreditSystem.Cli.Certificates;
using CreditSystem.Cli.Rotation;

namespace CreditSystem.Cli.Bootstrap;

/// <summary>One run of the bootstrap: what to make, from what, and where to leave the credentials.</summary>
internal sealed record BootstrapRequest(BootstrapSettings Settings)
{
    /// <summary>The administrator's, with the application's database in it; null leaves MongoDB alone.</summary>
    public string? MongoConnectionString { get; init; }

    /// <summary>Null leaves Redis alone.</summary>
    public string? RedisConnectionString { get; init; }

    /// <summary>Where role_id and secret_id of the API go.</summary>
    public IReadOnlyList<ICredentialTarget> Credentials { get; init; } = [];

    /// <summary>Where those of the rotation go.</summary>
    public IReadOnlyList<ICredentialTarget> RotatorCredentials { get; init; } = [];

    /// <summary>Where the certificates go of those that cannot ask for one themselves.</summary>
    public IReadOnlyList<(CertificateHolder Holder, ICertificateTarget Target)> Certificates { get; init; } = [];

    /// <summary>
    /// The administrator's password where the connection string has none; null where the database is in no cluster of ours.
    /// </summary>
    public ServerPassword? MongoPassword { get; init; }

    /// <summary>As <see cref="MongoPassword"/>.</summary>
    public ServerPassword? RedisPassword { get; init; }

    /// <summary>How long a database may take until it answers.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The file of Vault's host that gets an audit device; null leaves the devices alone.</summary>
    public string? AuditFile { get; init; }

    /// <summary>Which cluster the credentials are for; null outside of one.</summary>
    public ClusterIdentity? Cluster { get; init; }

    /// <summary>Whether another cluster may log in by the same roles.</summary>
    public bool SharesRoles { get; init; }

    /// <summary>Whether keys are made up even where data may depend on lost ones.</summary>
    public bool InventsKeys { get; init; }

    public string? DevValuesDirectory { get; init; }

    public bool WithRootCredentials { get; init; } = true;

    /// <summary>Whether Vault is to make MongoDB users by itself.</summary>
    public bool WithDatabaseEngine { get; init; }

    /// <summary>Whether Vault is to issue certificates.</summary>
    public bool WithCertificates { get; init; }

    /// <summary>The secret's <c>app.environment</c> where it has none.</summary>
    public string Environment { get; init; } = "production";

    public IReadOnlyList<(string Secret, string Key, string Value)> Given { get; init; } = [];

    /// <summary>What a secret gets that is not in Vault yet.</summary>
    public IReadOnlyList<(string Secret, string Key, string Value)> Defaults { get; init; } = [];
}
