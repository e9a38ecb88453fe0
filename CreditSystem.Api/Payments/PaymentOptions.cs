using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Api.Payments;

/// <summary>What credits cost, and how the payment provider is reached. Its secrets are not here: they come from Vault.</summary>
internal sealed class PaymentOptions
{
    public const string SectionName = "Payments";

    /// <summary>The currency of all prices (ISO 4217, lower case).</summary>
    [RegularExpression("^[a-z]{3}$")]
    public string Currency { get; set; } = "usd";

    /// <summary>The asset that is bought.</summary>
    [Required]
    public string Asset { get; set; } = "credits";

    /// <summary>
    /// Minor units of the asset per minor unit of the currency, for a free amount: 10 makes one dollar ten credits of scale 2.
    /// </summary>
    [Range(1, 1_000_000)]
    public int UnitsPerPriceUnit { get; set; } = 10;

    /// <summary>The smallest free amount, in minor units of the currency; Stripe takes no less than 0.50 dollars.</summary>
    [Range(1, int.MaxValue)]
    public int MinPrice { get; set; } = 50;

    /// <summary>The largest free amount, in minor units of the currency.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPrice { get; set; } = 1_000_000;

    /// <summary>What is offered at a price of its own.</summary>
    public IList<CreditPackage> Packages { get; } = [];

    /// <summary>What is offered: the packages of the configuration, or the original's.</summary>
    internal IEnumerable<CreditPackage> EffectivePackages => Packages.Count > 0 ? Packages : DefaultPackages;

    /// <summary>Another server that speaks Stripe's API; null for Stripe's own.</summary>
    public Uri? ApiBase { get; set; }

    /// <summary>How old an event of the provider may be, in seconds: an older one is a replay.</summary>
    [Range(1, 3600)]
    public int NoticeToleranceSeconds { get; set; } = 300;

    /// <summary>How long one call to the provider may take, in seconds.</summary>
    [Range(1, 120)]
    public int TimeoutSeconds { get; set; } = 15;

    /// <summary>The original system's offer, where the configuration names none.</summary>
    internal static readonly CreditPackage[] DefaultPackages =
    [
        new() { Id = "credits-100", Credits = 100_00, Price = 10_00 },
        new() { Id = "credits-500", Credits = 500_00, Price = 45_00 },
        new() { Id = "credits-1000", Credits = 1000_00, Price = 80_00 },
    ];
}

/// <summary>An amount of credits at a price.</summary>
internal sealed class CreditPackage
{
    [Required]
    public string Id { get; set; } = "";

    /// <summary>Minor units of the asset.</summary>
    [Range(1, long.MaxValue)]
    public long Credits { get; set; }

    /// <summary>Minor units of the currency.</summary>
    [Range(1, int.MaxValue)]
    public int Price { get; set; }
}
