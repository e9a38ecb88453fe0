namespace CreditSystem.Api.Payments;

/// <summary>What credits cost, and how the payment provider is reached. Its secrets are not here: they come from Vault.</summary>
internal sealed class PaymentOptions : PriceOptions
{
    public const string SectionName = "Payments";

    /// <summary>The currency of prices where nothing else is said (ISO 4217, lower case).</summary>
    [RegularExpression(CurrencyPattern)]
    public string Currency { get; set; } = "usd";

    /// <summary>The asset that is bought.</summary>
    [Required]
    public string Asset { get; set; } = "credits";

    /// <summary>Prices in further currencies.</summary>
    public Dictionary<string, PriceOptions> Currencies { get; } = new(StringComparer.Ordinal);

    /// <summary>What single tenants are offered instead, by tenant.</summary>
    public Dictionary<string, TenantPriceOptions> Tenants { get; } = new(StringComparer.Ordinal);

    /// <summary>Another server that speaks Stripe's API; null for Stripe's own.</summary>
    public Uri? ApiBase { get; set; }

    /// <summary>How old an event of the provider may be, in seconds: an older one is a replay.</summary>
    [Range(1, 3600)]
    public int NoticeToleranceSeconds { get; set; } = 300;

    /// <summary>How long one call to the provider may take, in seconds.</summary>
    [Range(1, 120)]
    public int TimeoutSeconds { get; set; } = 15;

    internal const string CurrencyPattern = "^[a-z]{3}$";

    /// <summary>The original system's offer, where the configuration names none.</summary>
    internal static readonly CreditPackage[] DefaultPackages =
    [
        new() { Id = "credits-100", Credits = 100_00, Price = 10_00 },
        new() { Id = "credits-500", Credits = 500_00, Price = 45_00 },
        new() { Id = "credits-1000", Credits = 1000_00, Price = 80_00 },
    ];
}

/// <summary>What is sold in one currency.</summary>
internal class PriceOptions
{
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
}

/// <summary>What one tenant is offered: in its currencies, and in none that are offered to the others.</summary>
internal sealed class TenantPriceOptions
{
    /// <summary>The asset that is bought; by default that of all.</summary>
    public string? Asset { get; set; }

    /// <summary>The currency where nothing else is said; by default the first one.</summary>
    [RegularExpression(PaymentOptions.CurrencyPattern)]
    public string? Currency { get; set; }

    [MinLength(1)]
    public Dictionary<string, PriceOptions> Currencies { get; } = new(StringComparer.Ordinal);
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
