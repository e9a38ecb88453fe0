namespace CreditSystem.Api.Payments.Reconciliation;

/// <summary>The payments of a time, as the provider has them and as the ledger has them.</summary>
/// <param name="From">The first moment that was looked at.</param>
/// <param name="To">The first moment that was not.</param>
/// <param name="Payments">How many payments were compared, those whose refunds or disputes are of that time included.</param>
/// <param name="Refunds">How many refunds of them there are, in whatever state.</param>
/// <param name="Disputes">How many disputes and inquiries of them there are, in whatever state.</param>
/// <param name="Purchases">How many purchases of the ledger were compared.</param>
/// <param name="Differences">Where they differ; none, if all is well.</param>
/// <param name="IsTruncated">Whether there are more differences than are shown.</param>
public sealed record PaymentReconciliationResponse(
    DateTimeOffset From, DateTimeOffset To, int Payments, int Refunds, int Disputes, int Purchases,
    IReadOnlyList<PaymentDifference> Differences, bool IsTruncated);

/// <summary>One thing in which provider and ledger differ.</summary>
/// <param name="Kind">
/// not_credited, credited_unpaid, wrong_credits, credited_twice, not_taken_back, not_given_back, unknown_at_provider,
/// credited_without_payment.
/// </param>
/// <param name="Payment">The payment at the provider; absent where the ledger names none.</param>
/// <param name="Transfer">The transfer in the ledger; absent where there is none.</param>
/// <param name="Objects">The refunds and disputes of the payment, each with its state.</param>
/// <param name="Expected">What it should be, in minor units of the asset, by what the provider says.</param>
/// <param name="Actual">What it is in the ledger.</param>
public sealed record PaymentDifference(
    [property: ValuesOf(typeof(DifferenceKinds))] string Kind,
    string Tenant, string? Payment, string? Transfer, string? Account, IReadOnlyList<string> Objects,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Expected,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Actual);

/// <summary>The names of differences. A release adds names; it changes and removes none.</summary>
internal static class DifferenceKinds
{
    public const string NotCredited = "not_credited";
    public const string CreditedUnpaid = "credited_unpaid";
    public const string WrongCredits = "wrong_credits";
    public const string CreditedTwice = "credited_twice";
    public const string NotTakenBack = "not_taken_back";
    public const string NotGivenBack = "not_given_back";
    public const string UnknownAtProvider = "unknown_at_provider";
    public const string CreditedWithoutPayment = "credited_without_payment";

    public static IReadOnlyList<string> All { get; } =
    [
        NotCredited, CreditedUnpaid, WrongCredits, CreditedTwice, NotTakenBack, NotGivenBack, UnknownAtProvider, CreditedWithoutPayment,
    ];
}
