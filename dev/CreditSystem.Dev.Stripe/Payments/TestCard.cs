using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Dev.Stripe.Payments;

/// <summary>When a card asks its holder.</summary>
internal enum Authentication
{
    Never,

    /// <summary>At each payment, also where it was set up.</summary>
    Always,

    /// <summary>Where it was not set up for payments without its holder.</summary>
    UnlessSetUp,
}

/// <summary>What becomes of a payment after it succeeded.</summary>
internal enum Aftermath
{
    None,
    RefundPends,
    RefundFails,
    Dispute,
    DisputeNotReceived,
    Inquiry,
}

/// <param name="Name">As in <c>pm_card_NAME</c> and <c>tok_NAME</c>.</param>
/// <param name="Number">The card's number.</param>
internal sealed record TestCard(string Name, string Number)
{
    public string Brand { get; init; } = "visa";

    public string Funding { get; init; } = "credit";

    public string Country { get; init; } = "US";

    /// <summary>Why a payment is declined; null where it is not.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>Whether it can be attached to a customer, although payments are declined.</summary>
    public bool CanBeAttached { get; init; } = true;

    public Authentication Authentication { get; init; }

    /// <summary>Whether it counts as set up for payments without its holder from the start.</summary>
    public bool IsSetUp { get; init; }

    public Aftermath Aftermath { get; init; }

    /// <summary>The same for the same number, as Stripe's is.</summary>
    public string Fingerprint => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Number)))[..16];

    public bool IsDeclined => DeclineCode is not null;

    public string ErrorCode => DeclineCode is "expired_card" or "incorrect_cvc" or "processing_error" or "incorrect_number"
        ? DeclineCode
        : "card_declined";

    public string Message => DeclineCode switch
    {
        "insufficient_funds" => "Your card has insufficient funds.",
        "expired_card" => "Your card has expired.",
        "incorrect_cvc" => "Your card's security code is incorrect.",
        "processing_error" => "An error occurred while processing your card. Try again in a little bit.",
        "card_velocity_exceeded" => "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        _ => "Your card was declined.",
    };
}
