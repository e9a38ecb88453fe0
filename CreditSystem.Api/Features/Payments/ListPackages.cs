using CreditSystem.Api.Payments;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Payments;

internal static class ListPackages
{
    public static IResult Handle(IOptions<PaymentOptions> options) => TypedResults.Ok(new CreditPackageList(
        [.. options.Value.Offer.Select(package => new CreditPackageResponse(package.Id, package.Credits, options.Value.Asset, package.Price, options.Value.Currency))]));
}
