namespace CreditSystem.Api.Payments;

/// <summary>What a payment was begun for. It travels with the payment at the provider, so that an event alone is enough.</summary>
/// <param name="Account">The account that gets the credits.</param>
/// <param name="Credits">Minor units of the asset.</param>
/// <param name="Price">Minor units of the currency.</param>
internal sealed record PaymentOrder(string Tenant, Guid Account, long Credits, int Price, string Currency);

/// <summary>A payment as the provider has it now.</summary>
/// <param name="Id">The id of the payment intent.</param>
/// <param name="Order">Null for a payment that this system has not begun.</param>
/// <param name="Status">Stripe's word: requires_payment_method, requires_action, processing, succeeded, canceled, …</param>
/// <param name="ClientSecret">Lets the payer's browser complete it.</param>
internal sealed record PaymentState(string Id, PaymentOrder? Order, string Status, string? ClientSecret)
{
    public bool IsPaid => Status == "succeeded";

    /// <summary>What went back to the payer, in the order in which it did.</summary>
    public IReadOnlyList<Refund> Refunds { get; init; } = [];

    public IReadOnlyList<Dispute> Disputes { get; init; } = [];
}

/// <param name="Amount">Minor units of the currency.</param>
internal sealed record Refund(string Id, long Amount);

/// <param name="Amount">Minor units of the currency.</param>
/// <param name="IsWon">The money has come back.</param>
internal sealed record Dispute(string Id, long Amount, bool IsWon);

/// <summary>Something that the provider tells.</summary>
/// <param name="PaymentId">Null when it is about no payment.</param>
internal sealed record PaymentEvent(string Id, string Type, string? PaymentId);
