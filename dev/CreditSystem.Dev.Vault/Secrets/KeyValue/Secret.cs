using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Secrets.KeyValue;

/// <summary>A secret with its versions, the oldest that is kept first.</summary>
internal sealed record Secret
{
    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public int CurrentVersion { get; init; }

    public int MaxVersions { get; init; }

    public bool CasRequired { get; init; }

    public bool MetadataCasRequired { get; init; }

    public int MetadataVersion { get; init; }

    public TimeSpan DeleteVersionAfter { get; init; }

    public IReadOnlyDictionary<string, string>? CustomMetadata { get; init; }

    public IReadOnlyList<SecretVersion> Versions { get; init; } = [];

    public SecretVersion? Version(long number) => Versions.FirstOrDefault(version => version.Number == number);

    public Secret Replace(SecretVersion changed) => this with { Versions = [.. Versions.Select(version => version.Number == changed.Number ? changed : version)] };
}

internal sealed record SecretVersion
{
    public required int Number { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is, or will be, softly deleted.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>How long it lives, from its creation or from being undeleted; zero for without end.</summary>
    public TimeSpan Lifetime { get; init; }

    public bool IsDestroyed { get; init; }

    public JsonObject? Data { get; init; }

    public bool IsGone(DateTimeOffset now) => IsDestroyed || DeletedAt <= now;
}

/// <summary>What holds for all secrets of a mount; 0 and false leave it to each secret.</summary>
internal sealed record KeyValueConfiguration
{
    public int MaxVersions { get; init; }

    public bool CasRequired { get; init; }

    public bool MetadataCasRequired { get; init; }

    public TimeSpan DeleteVersionAfter { get; init; }
}
