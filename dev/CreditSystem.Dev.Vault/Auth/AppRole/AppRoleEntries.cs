namespace CreditSystem.Dev.Vault.Auth.AppRole;

internal sealed record Role
{
    public required string Name { get; init; }

    public required string RoleId { get; init; }

    public required string EntityId { get; init; }

    public bool BindSecretId { get; init; } = true;

    public TimeSpan SecretIdTtl { get; init; }

    public int SecretIdNumUses { get; init; }

    public IReadOnlyList<string> SecretIdBoundCidrs { get; init; } = [];

    public IReadOnlyList<string> TokenBoundCidrs { get; init; } = [];

    public IReadOnlyList<string> TokenPolicies { get; init; } = [];

    public bool TokenNoDefaultPolicy { get; init; }

    public TimeSpan TokenTtl { get; init; }

    public TimeSpan TokenMaxTtl { get; init; }

    public TimeSpan TokenExplicitMaxTtl { get; init; }

    public TimeSpan TokenPeriod { get; init; }

    public int TokenNumUses { get; init; }

    public string TokenType { get; init; } = "default";

    public bool TokenStrictlyBindIp { get; init; }

    /// <summary>Whether they were given under their old names, under which they are then shown, too.</summary>
    public bool UsesOldPolicies { get; init; }

    public bool UsesOldPeriod { get; init; }
}

/// <summary>A secret_id; the value itself is not kept, only its hash.</summary>
internal sealed record SecretId
{
    public required string Hash { get; init; }

    public required string Accessor { get; init; }

    public required string RoleName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public TimeSpan Ttl { get; init; }

    /// <summary>0 without limit.</summary>
    public int NumUses { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> CidrList { get; init; } = [];

    public IReadOnlyList<string> TokenBoundCidrs { get; init; } = [];
}
