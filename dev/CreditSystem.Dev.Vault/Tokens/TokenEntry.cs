namespace CreditSystem.Dev.Vault.Tokens;

/// <summary>What is kept about a token; of the token itself only a keyed hash.</summary>
internal sealed record TokenEntry
{
    public required string Hash { get; init; }

    public required string Accessor { get; init; }

    /// <summary>The hash of the token that made it and takes it along when it is revoked; null for an orphan.</summary>
    public string? ParentHash { get; init; }

    public string Namespace { get; init; } = "";

    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>The path that made it, such as <c>auth/approle/login</c>.</summary>
    public required string Path { get; init; }

    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    public string DisplayName { get; init; } = "token";

    public string EntityId { get; init; } = "";

    /// <summary>How often it may still be used: 0 without limit, <see cref="Spent"/> when its last use is under way.</summary>
    public int NumUses { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public TimeSpan CreationTtl { get; init; }

    /// <summary>What it was last renewed for, which a renewal without an increment asks for again.</summary>
    public TimeSpan LastTtl { get; init; }

    /// <summary>The token role that made it.</summary>
    public string Role { get; init; } = "";

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastRenewedAt { get; init; }

    public TimeSpan MaxTtl { get; init; }

    public TimeSpan ExplicitMaxTtl { get; init; }

    public TimeSpan Period { get; init; }

    public string Type { get; init; } = "service";

    public bool Renewable { get; init; }

    public IReadOnlyList<string> BoundCidrs { get; init; } = [];

    public const int Spent = -1;

    /// <summary>Made by the initialisation, and not under any lease.</summary>
    public bool IsInitialRoot => Path == InitialRootPath;

    public const string InitialRootPath = "auth/token/root";

    public bool IsBatch => Type == "batch";

    public bool IsRoot => Policies.Contains("root");

    public bool IsWrapping => Policies is ["response-wrapping"];

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}

/// <summary>A token to be made.</summary>
internal sealed record TokenRequest
{
    public string? Id { get; init; }

    public TokenEntry? Parent { get; init; }

    public string Namespace { get; init; } = "";

    public required IReadOnlyList<string> Policies { get; init; }

    public required string Path { get; init; }

    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    public string DisplayName { get; init; } = "token";

    public string EntityId { get; init; } = "";

    public string Role { get; init; } = "";

    public int NumUses { get; init; }

    public TimeSpan Ttl { get; init; }

    public TimeSpan MaxTtl { get; init; }

    public TimeSpan ExplicitMaxTtl { get; init; }

    public TimeSpan Period { get; init; }

    public string Type { get; init; } = "service";

    public bool Renewable { get; init; } = true;

    public IReadOnlyList<string> BoundCidrs { get; init; } = [];
}

/// <summary>A token just made or renewed, with its value and what must be said about its lifetime.</summary>
internal sealed record IssuedToken(string Id, TokenEntry Entry, TimeSpan Ttl, IReadOnlyList<string> Warnings);
