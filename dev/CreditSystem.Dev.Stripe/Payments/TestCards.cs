using System.Collections.Frozen;

namespace CreditSystem.Dev.Stripe.Payments;

/// <summary>The documented test cards (https://docs.stripe.com/testing), by the names of their payment methods.</summary>
internal static class TestCards
{
    internal static readonly TestCard[] All =
    [
        new("visa", "4242424242424242"),
        new("visa_debit", "4000056655665556") { Funding = "debit" },
        new("mastercard", "5555555555554444") { Brand = "mastercard" },
        new("mastercard_debit", "5200828282828210") { Brand = "mastercard", Funding = "debit" },
        new("mastercard_prepaid", "5105105105105100") { Brand = "mastercard", Funding = "prepaid" },
        new("amex", "378282246310005") { Brand = "amex" },
        new("discover", "6011111111111117") { Brand = "discover" },
        new("diners", "3056930009020004") { Brand = "diners" },
        new("jcb", "3566002020360505") { Brand = "jcb" },
        new("unionpay", "6200000000000005") { Brand = "unionpay" },
        new("de", "4000002760000016") { Country = "DE" },
        new("gb", "4000008260000000") { Country = "GB" },
        new("bypassPending", "4000000000000077"),
        Declined("visa_chargeDeclined", "4000000000000002", "generic_decline"),
        Declined("chargeDeclined", "4000000000000002", "generic_decline"),
        Declined("visa_chargeDeclinedInsufficientFunds", "4000000000009995", "insufficient_funds"),
        Declined("visa_chargeDeclinedLostCard", "4000000000009987", "lost_card"),
        Declined("visa_chargeDeclinedStolenCard", "4000000000009979", "stolen_card"),
        Declined("visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", "card_velocity_exceeded"),
        Declined("chargeDeclinedExpiredCard", "4000000000000069", "expired_card"),
        Declined("chargeDeclinedIncorrectCvc", "4000000000000127", "incorrect_cvc"),
        Declined("chargeDeclinedProcessingError", "4000000000000119", "processing_error"),
        Declined("radarBlock", "4100000000000019", "fraudulent"),
        new("chargeCustomerFail", "4000000000000341") { DeclineCode = "generic_decline" },
        new("authenticationRequired", "4000002760003184") { Authentication = Authentication.Always },
        new("authenticationRequiredOnSetup", "4000002500003155") { Authentication = Authentication.UnlessSetUp },
        new("authenticationRequiredSetupForOffSession", "4000003800000446")
        {
            Authentication = Authentication.UnlessSetUp,
            IsSetUp = true,
        },
        new("authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178")
        {
            Authentication = Authentication.Always,
            DeclineCode = "insufficient_funds",
        },
        new("refundFail", "4000000000005126") { Aftermath = Aftermath.RefundFails },
        new("pendingRefund", "4000000000007726") { Aftermath = Aftermath.RefundPends },
        new("createDispute", "4000000000000259") { Aftermath = Aftermath.Dispute },
        new("createDisputeProductNotReceived", "4000000000002685") { Aftermath = Aftermath.DisputeNotReceived },
        new("createDisputeInquiry", "4000000000001976") { Aftermath = Aftermath.Inquiry },
    ];

    private static readonly FrozenDictionary<string, TestCard> ByName = All.ToFrozenDictionary(card => card.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TestCard> ByNumber = All.GroupBy(card => card.Number)
        .ToFrozenDictionary(cards => cards.Key, cards => cards.First(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TestCard> ByFingerprint = All.GroupBy(card => card.Fingerprint)
        .ToFrozenDictionary(cards => cards.Key, cards => cards.First(), StringComparer.Ordinal);

    /// <summary>By <c>pm_card_NAME</c> or <c>tok_NAME</c>.</summary>
    public static TestCard? Find(string id) =>
        id.StartsWith("pm_card_", StringComparison.Ordinal) ? ByName.GetValueOrDefault(id["pm_card_".Length..])
        : id.StartsWith("tok_", StringComparison.Ordinal) ? ByName.GetValueOrDefault(id["tok_".Length..])
        : null;

    public static TestCard? FindNumber(string number) => ByNumber.GetValueOrDefault(number.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>The card of a stored payment method.</summary>
    public static TestCard Of(JsonObject paymentMethod) => ByFingerprint[paymentMethod["card"]!.AsObject().Text("fingerprint")];

    private static TestCard Declined(string name, string number, string code) =>
        new(name, number) { DeclineCode = code, CanBeAttached = false };
}
