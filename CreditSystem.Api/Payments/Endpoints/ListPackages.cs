using System.ComponentModel;

namespace CreditSystem.Api.Payments.Endpoints;

internal static class ListPackages
{
    public static Results<Ok<CreditOffer>, ProblemHttpResult> Handle(
        RequestCaller caller, IOptions<PaymentOptions> options,
        [Description("One of the currencies of the offer; by default its first.")] string? currency)
    {
        if (PaymentOffer.Find(options.Value, caller.Tenant, currency) is not { } offer)
            return PaymentProblems.UnknownCurrency(options.Value, caller.Tenant);
        var (prices, asset) = (offer.Prices, offer.Asset);
        var packages = offer.Packages.Select(package =>
            new CreditPackageResponse(package.Id, package.Credits, asset, package.Price, offer.Currency));
        return TypedResults.Ok(new CreditOffer(
            [.. packages], [.. PaymentOffer.CurrenciesOf(options.Value, caller.Tenant)],
            new FreeAmountResponse(prices.MinPrice, prices.MaxPrice, prices.UnitsPerPriceUnit, asset, offer.Currency)));
    }
}
