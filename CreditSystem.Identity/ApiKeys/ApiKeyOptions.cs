using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Identity.ApiKeys;

public sealed class ApiKeyOptions
{
    public const string SectionName = "ApiKeys";

    /// <summary>How long a key is good for that does not say so.</summary>
    [Range(1, 3_650)]
    public int LifetimeDays { get; set; } = 30;

    /// <summary>The longest life that can be asked for.</summary>
    [Range(1, 3_650)]
    public int MaxLifetimeDays { get; set; } = 365;

    /// <summary>How long the old secret stays good after a rotation that does not say so.</summary>
    [Range(0, 604_800)]
    public int OverlapSeconds { get; set; } = 86_400;

    /// <summary>
    /// How long a replica believes what it has read about a key. A revocation reaches all replicas at once through Redis, and
    /// within this time without it.
    /// </summary>
    [Range(1, 60)]
    public int CacheSeconds { get; set; } = 10;

    /// <summary>How often the times of last use are written.</summary>
    [Range(1, 3_600)]
    public int LastUsedIntervalSeconds { get; set; } = 30;
}
