using System.Text.Json.Serialization;

namespace CreditSystem.Api.Payments.Endpoints;

/// <summary>An amount of credits at a price.</summary>
/// <param name="Credits">Minor units of the asset.</param>
/// <param name="Price">Minor units of the currency.</param>
public sealed record CreditPackageResponse(
    string Id, [property: JsonConverter(typeof(MinorUnitsConverter))] long Credits, string Asset, int Price, string Currency);

public sealed record CreditPackageList(IReadOnlyList<CreditPackageResponse> Packages);

/// <summary>Begins a payment for credits.</summary>
/// <param name="Package">A package of the offer; or else an amount.</param>
/// <param name="Amount">What to pay, in minor units of the currency.</param>
/// <param name="Account">The account that gets the credits; a user's own by default.</param>
public sealed record CreatePaymentRequest(string? Package = null, int? Amount = null, string? Account = null);

/// <param name="PaymentMethod">The payer's payment method at Stripe; absent where the browser has completed the payment.</param>
public sealed record ConfirmPaymentRequest(string? PaymentMethod = null);

/// <summary>A payment.</summary>
/// <param name="Id">The id of the payment intent at Stripe.</param>
/// <param name="Status">Stripe's word for how it stands.</param>
/// <param name="Credits">What it buys, in minor units of the asset.</param>
/// <param name="Price">What it costs, in minor units of the currency.</param>
/// <param name="Transfer">The transfer that credited it; absent until it is paid.</param>
/// <param name="Recovered">Credits that were taken back for refunds and disputes.</param>
/// <param name="Unrecovered">Credits that should have been taken back, but were spent.</param>
/// <param name="ClientSecret">For Stripe's library in the payer's browser.</param>
public sealed record PaymentResponse(
    string Id, string Status, string Account,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Credits,
    int Price, string Currency, string? Transfer,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Recovered,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Unrecovered,
    string? ClientSecret = null)
{
    internal static PaymentResponse From(Payment payment, string? clientSecret = null) => new(
        payment.Id, payment.Status, payment.Account, payment.Credits, payment.Price, payment.Currency, payment.Transfer, payment.Recovered,
        payment.Unrecovered, clientSecret);
}

public sealed record PaymentList(IReadOnlyList<PaymentResponse> Payments);
