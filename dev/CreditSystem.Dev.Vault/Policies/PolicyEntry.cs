namespace CreditSystem.Dev.Vault.Policies;

/// <summary>A policy as it was written.</summary>
internal sealed record PolicyEntry(string Text)
{
    public int Version { get; init; } = 1;

    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public bool CasRequired { get; init; }
}
