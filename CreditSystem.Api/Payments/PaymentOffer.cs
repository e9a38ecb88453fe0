using System.Text.RegularExpressions;

namespace CreditSystem.Api.Payments;

/// <summary>What a tenant is offered in a currency.</summary>
internal sealed record PaymentOffer(string Asset, string Currency, PriceOptions Prices, IReadOnlyList<CreditPackage> Packages)
{
    /// <summary>Null where nothing is sold in the currency.</summary>
    public static PaymentOffer? Find(PaymentOptions options, string tenant, string? currency)
    {
        if (options.Tenants.TryGetValue(tenant, out var own))
        {
            var wanted = currency ?? own.Currency ?? own.Currencies.Keys.Order(StringComparer.Ordinal).First();
            return own.Currencies.TryGetValue(wanted, out var prices)
                ? new PaymentOffer(own.Asset ?? options.Asset, wanted, prices, [.. prices.Packages])
                : null;
        }
        if (currency is null || currency == options.Currency)
            return new PaymentOffer(
                options.Asset, options.Currency, options,
                options.Packages.Count > 0 ? [.. options.Packages] : PaymentOptions.DefaultPackages);
        return options.Currencies.TryGetValue(currency, out var further)
            ? new PaymentOffer(options.Asset, currency, further, [.. further.Packages])
            : null;
    }

    /// <summary>The currencies in which a tenant is offered something, the one where nothing else is said first.</summary>
    public static IEnumerable<string> CurrenciesOf(PaymentOptions options, string tenant)
    {
        var first = Find(options, tenant, null)?.Currency;
        var all = options.Tenants.TryGetValue(tenant, out var own) ? own.Currencies.Keys : options.Currencies.Keys.Append(options.Currency);
        return all.Distinct().OrderBy(currency => currency != first).ThenBy(currency => currency, StringComparer.Ordinal);
    }

    /// <summary>What is wrong with the prices of a configuration.</summary>
    public static IEnumerable<string> Problems(PaymentOptions options)
    {
        var all = options.Currencies.Select(one => ($"Payments:Currencies:{one.Key}", one.Key, one.Value))
            .Concat(options.Tenants.SelectMany(tenant => tenant.Value.Currencies.Select(one =>
                ($"Payments:Tenants:{tenant.Key}:Currencies:{one.Key}", one.Key, one.Value))))
            .Prepend(("Payments", options.Currency, options));
        foreach (var (name, currency, prices) in all)
        {
            if (!Regex.IsMatch(currency, PaymentOptions.CurrencyPattern))
                yield return $"{name} is not a currency.";
            if (prices.MinPrice > prices.MaxPrice)
                yield return $"{name}:MinPrice must not exceed {name}:MaxPrice.";
            if (prices.Packages.Select(package => package.Id).Distinct(StringComparer.Ordinal).Count() != prices.Packages.Count)
                yield return $"{name}:Packages must have ids of their own.";
            foreach (var part in prices.Packages.Cast<object>().Prepend(prices))
                foreach (var invalid in Invalid(part))
                    yield return $"{name}: {invalid}";
        }
        foreach (var (tenant, own) in options.Tenants)
            if (own.Currencies.Count == 0 || own.Currency is { } currency && !own.Currencies.ContainsKey(currency))
                yield return $"Payments:Tenants:{tenant} must have prices in its currency.";
    }

    private static IEnumerable<string> Invalid(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.Select(result => result.ErrorMessage ?? "is invalid");
    }
}
