namespace CreditSystem.Api.Payments;

/// <summary>Where payments are: what it says of one is what the ledger is brought to.</summary>
internal interface IPaymentProvider
{
    /// <summary>The payment with all that has become of it.</summary>
    /// <exception cref="PaymentException">There is none, or the provider does not answer.</exception>
    Task<PaymentState> FindAsync(string id, CancellationToken cancellationToken);
}

/// <summary>Remembers how payments stand, for lists.</summary>
internal interface IPaymentRecorder
{
    Task RecordAsync(PaymentState state, Settlement settlement, CancellationToken cancellationToken);
}
