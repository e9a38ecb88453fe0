using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Payments.Endpoints;

internal static class ListPackages
{
    public static Results<Ok<CreditPackageList>, ProblemHttpResult> Handle(
        RequestCaller caller, IOptions<PaymentOptions> options, string? currency)
    {
        if (PaymentOffer.Find(options.Value, caller.Tenant, currency) is not { } offer)
            return PaymentProblems.UnknownCurrency(options.Value, caller.Tenant);
        var packages = offer.Packages.Select(package =>
            new CreditPackageResponse(package.Id, package.Credits, offer.Asset, package.Price, offer.Currency));
        return TypedResults.Ok(new CreditPackageList(
            [.. packages], [.. PaymentOffer.CurrenciesOf(options.Value, caller.Tenant)],
            new FreeAmountResponse(offer.Prices.MinPrice, offer.Prices.MaxPrice, offer.Prices.UnitsPerPriceUnit, offer.Asset, offer.Currency)));
    }
}
