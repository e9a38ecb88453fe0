namespace CreditSystem.Api.Payments;

/// <summary>
/// Asks the provider how a payment stands and brings ledger and memory there. The one way by which credits are ever bought.
/// </summary>
internal sealed class PaymentService(IPaymentProvider provider, PaymentSettlement settlement, IPaymentRecorder recorder)
{
    private const int MaxRounds = 8;

    /// <exception cref="PaymentException">The provider does not answer, or knows no such payment.</exception>
    public async Task<(PaymentState State, Settlement Settlement)> ReconcileAsync(string id, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var state = await provider.FindAsync(id, cancellationToken);
            var settled = await settlement.SettleAsync(state, cancellationToken);
            if (state.Order is not null)
                await recorder.RecordAsync(state, settled, cancellationToken);
            // The answer may have been old, and another call may have followed a newer one that this one has now undone: each call that
            // moves something looks again, so the last one that does has seen the last that happened.
            if (!settled.HasMoved)
                return (state, settled);
        }

        throw new PaymentException(PaymentFailure.InFlight);
    }
}
