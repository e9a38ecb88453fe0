namespace CreditSystem.Api.Payments;

/// <summary>Why the provider did not do what was asked.</summary>
internal enum PaymentFailure
{
    /// <summary>Its secrets have not been delivered, or it refuses them.</summary>
    NotConfigured,

    /// <summary>It does not answer, or has too much to do.</summary>
    Unavailable,

    /// <summary>The card was declined.</summary>
    Declined,

    /// <summary>The key of the request was used for another one.</summary>
    KeyReused,

    /// <summary>The same request is being processed.</summary>
    InFlight,

    /// <summary>It knows no such payment.</summary>
    NotFound,

    /// <summary>It knows no such payment method, or it is another customer's.</summary>
    UnknownMethod,

    /// <summary>What was asked is not possible in the payment's state.</summary>
    Refused,
}

/// <param name="failure">Why.</param>
/// <param name="reason">The provider's word for it, such as <c>insufficient_funds</c>.</param>
/// <param name="inner">What the client library threw.</param>
internal sealed class PaymentException(
    PaymentFailure failure, string? reason = null, Exception? inner = null) : Exception($"Payment failed: {failure}.", inner)
{
    public PaymentFailure Failure { get; } = failure;

    public string? Reason { get; } = reason;
}
