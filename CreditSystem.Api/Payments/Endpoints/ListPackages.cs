using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Payments.Endpoints;

internal static class ListPackages
{
    public static Ok<CreditPackageList> Handle(IOptions<PaymentOptions> options) => TypedResults.Ok(new CreditPackageList(
        [.. options.Value.EffectivePackages.Select(package => new CreditPackageResponse(
            package.Id, package.Credits, options.Value.Asset, package.Price, options.Value.Currency))]));
}
