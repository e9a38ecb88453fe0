namespace CreditSystem.Api.Payments;

/// <summary>What a payment was begun for. It travels with the payment at the provider, so that an event alone is enough.</summary>
/// <param name="Account">The account that gets the credits.</param>
/// <param name="Asset">What is bought; null for a payment from before orders said so: what the account is in.</param>
/// <param name="Credits">Minor units of the asset.</param>
/// <param name="Price">Minor units of the currency.</param>
internal sealed record PaymentOrder(string Tenant, Guid Account, string? Asset, long Credits, long Price, string Currency)
{
    /// <summary>What an amount of the money buys: all of it all credits, none of it none, and the rest rounded to the nearest.</summary>
    public long CreditsFor(long money) => (long)Int128.Clamp(((Int128)Credits * money + Price / 2) / Price, 0, Credits);
}

/// <summary>A payment as the provider has it now.</summary>
/// <param name="Id">The id of the payment intent.</param>
/// <param name="Order">Null for a payment that this system has not begun.</param>
/// <param name="Status">Stripe's word: requires_payment_method, requires_action, processing, succeeded, canceled, …</param>
/// <param name="ClientSecret">Lets the payer's browser complete it.</param>
internal sealed record PaymentState(string Id, PaymentOrder? Order, string Status, string? ClientSecret)
{
    public bool IsPaid => Status == "succeeded";

    /// <summary>What was paid, minor units of the currency.</summary>
    public long Received { get; init; }

    /// <summary>Where the payer finds the receipt; null before it is paid.</summary>
    public string? ReceiptUrl { get; init; }

    public IReadOnlyList<Refund> Refunds { get; init; } = [];

    public IReadOnlyList<Dispute> Disputes { get; init; } = [];

    /// <summary>
    /// The money that is not there any more, in however many parts it went; never more than was paid: a disputed payment may have been
    /// refunded as well.
    /// </summary>
    public long Withdrawn => (long)Int128.Clamp(
        Refunds.Where(refund => refund.IsWithdrawn).Aggregate((Int128)0, (sum, refund) => sum + refund.Amount)
        + Disputes.Where(dispute => dispute.IsWithdrawn).Aggregate((Int128)0, (sum, dispute) => sum + dispute.Amount), 0, Received);

    /// <summary>What of the credits the money that went back had bought: how much of them is to be taken back, all in all.</summary>
    public long CreditsToTakeBack(PaymentOrder order) => order.Credits - order.CreditsFor(Received - Withdrawn);
}

/// <param name="Amount">Minor units of the currency.</param>
/// <param name="Status">Stripe's word: pending, requires_action, succeeded, failed, canceled.</param>
internal sealed record Refund(string Id, long Amount, string Status)
{
    /// <summary>Stripe takes the money when a refund is asked for, and puts it back when it fails or is canceled.</summary>
    public bool IsWithdrawn => Status is "pending" or "requires_action" or "succeeded";
}

/// <param name="Amount">Minor units of the currency.</param>
/// <param name="Status">Stripe's word: an inquiry (warning_…), needs_response, under_review, won, lost, prevented.</param>
/// <param name="Balance">
/// What the movements of Stripe's balance for it add up to, in the currency of that; null where it tells of none.
/// </param>
internal sealed record Dispute(string Id, long Amount, string Status, long? Balance = null)
{
    /// <summary>
    /// An inquiry moves no money, and neither does a dispute that was prevented. What was withdrawn and came back in full is there,
    /// also where the dispute is lost.
    /// </summary>
    public bool IsWithdrawn =>
        Status is "needs_response" or "under_review" or "lost" or "appeal_needs_response" or "appeal_under_review" && Balance is not >= 0;
}

/// <summary>Something that the provider tells.</summary>
/// <param name="PaymentId">Null when it is about no payment.</param>
internal sealed record PaymentEvent(string Id, string Type, string? PaymentId);
