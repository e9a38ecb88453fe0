namespace CreditSystem.Dev.Vault.Secrets.Database;

/// <summary>How a database is reached.</summary>
internal sealed record Connection
{
    public required string Name { get; init; }

    public required string ConnectionUrl { get; init; }

    public string Username { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>What the password is about to become; kept first, so that it is not lost when the server ends in between.</summary>
    public string? PendingPassword { get; init; }

    public IReadOnlyList<string> AllowedRoles { get; init; } = [];

    public bool Allows(string role) => AllowedRoles.Contains("*") || AllowedRoles.Contains(role);
}

/// <summary>Users that are made for each who asks.</summary>
internal sealed record DynamicRole
{
    public required string DbName { get; init; }

    public IReadOnlyList<string> CreationStatements { get; init; } = [];

    public IReadOnlyList<string> RevocationStatements { get; init; } = [];

    public TimeSpan DefaultTtl { get; init; }

    public TimeSpan MaxTtl { get; init; }
}

/// <summary>One user that exists, whose password is changed from time to time.</summary>
internal sealed record StaticRole
{
    public required string DbName { get; init; }

    public required string Username { get; init; }

    public TimeSpan RotationPeriod { get; init; }

    public string Password { get; init; } = "";

    public string? PendingPassword { get; init; }

    public DateTimeOffset RotatedAt { get; init; }
}
