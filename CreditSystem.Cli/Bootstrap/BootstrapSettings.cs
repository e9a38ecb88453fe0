namespace CreditSystem.Cli.Bootstrap;

/// <summary>The names of everything that the bootstrap makes in Vault.</summary>
internal sealed record BootstrapSettings
{
    /// <summary>Below which the secrets are; <c>flask-app</c> takes over the original's.</summary>
    public string Prefix { get; init; } = "credit-system";

    public string KvMount { get; init; } = "secret";

    public string TransitMount { get; init; } = "transit";

    /// <summary>The transit key of personal data.</summary>
    public string TransitKey { get; init; } = "credit-system";

    public string DatabaseMount { get; init; } = "database";

    /// <summary>The role of the database engine that issues short-lived MongoDB users.</summary>
    public string DatabaseRole { get; init; } = "credit-system";

    public string AppRoleMount { get; init; } = "approle";

    public string PkiMount { get; init; } = "pki";

    /// <summary>The role of the PKI engine that issues the certificates of the API and of the vault-proxy.</summary>
    public string PkiRole { get; init; } = "credit-system";

    /// <summary>Names, and names below them, that may be in a certificate.</summary>
    public IReadOnlyList<string> CertificateDomains { get; init; } =
        ["api", "vault-proxy", "mongodb", "cli", "credit-system.svc", "localhost"];

    public string Policy { get; init; } = "credit-system-policy";

    public string Role { get; init; } = "credit-system-approle";

    public string RotatorPolicy { get; init; } = "credit-system-rotator-policy";

    public string RotatorRole { get; init; } = "credit-system-rotator";

    /// <summary>
    /// Two rotations of 12 h and an hour's grace at least: the generation before the current one must still log in when a
    /// rotation comes late.
    /// </summary>
    public TimeSpan SecretIdTtl { get; init; } = TimeSpan.FromHours(26);

    /// <summary>
    /// Nobody rotates the rotation: the bootstrap replaces its secret_id in the last quarter of this. Vault shortens it to the
    /// mount's max_lease_ttl, 32 days unless somebody has tuned it.
    /// </summary>
    public TimeSpan RotatorSecretIdTtl { get; init; } = TimeSpan.FromDays(90);

    public TimeSpan TokenTtl { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan TokenMaxTtl { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Of the API's tokens: <c>service</c> or <c>batch</c>; null leaves what is there.</summary>
    public string? TokenType { get; init; }

    /// <summary>Logins with one secret_id of the API, 0 without limit; null leaves what is there.</summary>
    public int? SecretIdUses { get; init; }

    /// <summary>Addresses that may log in as the API; null leaves what is there.</summary>
    public IReadOnlyList<string>? SecretIdCidrs { get; init; }

    /// <summary>Addresses that may use the API's tokens; null leaves what is there.</summary>
    public IReadOnlyList<string>? TokenCidrs { get; init; }

    /// <summary>Whether what is there may be made weaker.</summary>
    public bool AllowsWeaker { get; init; }

    internal static readonly TimeSpan LeastSecretIdTtl = TimeSpan.FromHours(25);
}
