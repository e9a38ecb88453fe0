using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Identity.Tokens;

public sealed class AccessTokenOptions
{
    public const string SectionName = "AccessTokens";

    [Required]
    public string Issuer { get; set; } = "credit-system";

    [Required]
    public string Audience { get; set; } = "credit-system";

    /// <summary>How long an access token is good for; also how long a signing key that was replaced still verifies.</summary>
    [Range(60, 86_400)]
    public int LifetimeSeconds { get; set; } = 3_600;

    /// <summary>How far the clocks of two machines may differ.</summary>
    [Range(0, 300)]
    public int ClockSkewSeconds { get; set; } = 30;
}
