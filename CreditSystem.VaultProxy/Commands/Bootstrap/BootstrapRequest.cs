namespace CreditSystem.VaultProxy.Commands.Bootstrap;

/// <summary>One run of the bootstrap: what to make, from what, and where to leave the credentials.</summary>
internal sealed record BootstrapRequest(BootstrapSettings Settings)
{
    /// <summary>The administrator's, with the application's database in it; null leaves MongoDB alone.</summary>
    public string? MongoConnectionString { get; init; }

    /// <summary>Null leaves Redis alone.</summary>
    public string? RedisConnectionString { get; init; }

    public string? CredentialsDirectory { get; init; }

    public string? RotatorCredentialsDirectory { get; init; }

    public string? KeptValuesDirectory { get; init; }

    public bool WithRootCredentials { get; init; } = true;

    /// <summary>Whether Vault is to make MongoDB users by itself.</summary>
    public bool WithDatabaseEngine { get; init; }

    /// <summary>The secret's <c>app.environment</c> where it has none.</summary>
    public string Environment { get; init; } = "production";

    public IReadOnlyList<(string Secret, string Key, string Value)> Given { get; init; } = [];
}
