namespace CreditSystem.Api.Payments.Endpoints;

/// <summary>An amount of credits at a price.</summary>
/// <param name="Credits">Minor units of the asset.</param>
/// <param name="Price">Minor units of the currency.</param>
public sealed record CreditPackageResponse(
    string Id, [property: JsonConverter(typeof(MinorUnitsConverter))] long Credits, string Asset, int Price, string Currency);

/// <summary>What is to be had for an amount of one's own choice.</summary>
/// <param name="MinPrice">Minor units of the currency.</param>
/// <param name="MaxPrice">Minor units of the currency.</param>
/// <param name="UnitsPerPriceUnit">Minor units of the asset for one of the currency.</param>
public sealed record FreeAmountResponse(int MinPrice, int MaxPrice, int UnitsPerPriceUnit, string Asset, string Currency);

/// <summary>What the tenant's users can buy.</summary>
/// <param name="Currencies">The currencies in which something is offered; the first one is meant where none is named.</param>
public sealed record CreditOffer(
    IReadOnlyList<CreditPackageResponse> Packages, IReadOnlyList<string> Currencies, FreeAmountResponse FreeAmount);

/// <summary>Begins a payment for credits.</summary>
/// <param name="Package">A package of the offer; or else an amount.</param>
/// <param name="Amount">What to pay, in minor units of the currency.</param>
/// <param name="Account">The account that gets the credits; a user's own by default.</param>
/// <param name="Currency">One of the currencies of the offer; by default its first.</param>
public sealed record CreatePaymentRequest(
    string? Package = null, int? Amount = null, string? Account = null, string? Currency = null);

/// <param name="PaymentMethod">The payer's payment method at Stripe; absent where the browser has completed the payment.</param>
public sealed record ConfirmPaymentRequest(string? PaymentMethod = null);

/// <summary>Waives what an account owes.</summary>
/// <param name="Reason">Why, for those who look into it later.</param>
/// <param name="Amount">Minor units; by default all of it.</param>
public sealed record ForgiveDebtRequest(
    string Reason, [property: JsonConverter(typeof(MinorUnitsConverter))] long? Amount = null);

/// <summary>What was waived.</summary>
/// <param name="Transfer">Where it stands in the account's entries.</param>
/// <param name="Debt">What the account still owes, in minor units.</param>
public sealed record ForgivenDebtResponse(
    Guid Transfer, Guid Account, [property: JsonConverter(typeof(MinorUnitsConverter))] long Debt, string Reason, long Block,
    DateTimeOffset CreatedAt);

/// <summary>What the ledger has done for a payment.</summary>
/// <param name="Transfer">The transfer, or the entry that changed what is owed.</param>
/// <param name="Kind">purchase, taken_back (the money went back) or given_back (it came back again).</param>
/// <param name="Credits">What the account has more of it, in minor units; negative for less.</param>
/// <param name="Debt">What it owes more because of it: what was to be taken back and was not there; negative for less.</param>
public sealed record PaymentMovement(
    Guid Transfer, [property: AllowedValues("purchase", "taken_back", "given_back")] string Kind,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Credits,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Debt, long Block, DateTimeOffset CreatedAt);

/// <summary>A payment.</summary>
/// <param name="Id">The id of the payment intent at Stripe.</param>
/// <param name="Status">Stripe's word for how it stands.</param>
/// <param name="Credits">What it buys, in minor units of the asset.</param>
/// <param name="Price">What it costs, in minor units of the currency.</param>
/// <param name="Withdrawn">What of that went back, by refunds and disputes.</param>
/// <param name="Transfer">The transfer that credited it; absent until it is paid.</param>
/// <param name="Recovered">Credits that came back for it, less those that were given back again. Negative where more was given back: what
/// was owed for it had been forgiven before its dispute was won.</param>
/// <param name="Debt">Credits that were to come back and were not there: the account owed them from then on.</param>
/// <param name="Refused">Why the ledger does not do what is due, by the code of the problem.</param>
/// <param name="ReceiptUrl">Where the payer finds Stripe's receipt.</param>
/// <param name="Movements">All that the ledger has done for it; only when the payment is read.</param>
/// <param name="ClientSecret">For Stripe's library in the payer's browser.</param>
public sealed record PaymentResponse(
    string Id, string Status, string Account, string? Asset,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Credits,
    long Price, string Currency, long Withdrawn, string? Transfer,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Recovered,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Debt,
    string? Refused, string? ReceiptUrl, DateTimeOffset CreatedAt, IReadOnlyList<PaymentMovement>? Movements = null,
    string? ClientSecret = null)
{
    internal static PaymentResponse From(
        Payment payment, IReadOnlyList<PaymentMovement>? movements = null, string? clientSecret = null) => new(
        payment.Id, payment.Status, payment.Account, payment.Asset, payment.Credits, payment.Price, payment.Currency, payment.Withdrawn,
        payment.Transfer, payment.Recovered, payment.Debt, payment.Refused, payment.ReceiptUrl, WireNames.Time(payment.CreatedAt),
        movements, clientSecret);
}

/// <summary>Payments, newest first.</summary>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record PaymentPage(IReadOnlyList<PaymentResponse> Payments, string? NextCursor);
