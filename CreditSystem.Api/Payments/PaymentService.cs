namespace CreditSystem.Api.Payments;

/// <summary>
/// Asks the provider how a payment stands and brings ledger and memory there. The one way by which credits are ever bought.
/// </summary>
internal sealed class PaymentService(StripeGateway provider, PaymentSettlement settlement, PaymentStore store)
{
    /// <exception cref="PaymentException">The provider does not answer, or knows no such payment.</exception>
    public async Task<(PaymentState State, Settlement Settlement)> ReconcileAsync(string id, CancellationToken cancellationToken)
    {
        var state = await provider.FindAsync(id, cancellationToken);
        var settled = await settlement.SettleAsync(state);
        if (state.Order is not null)
            await store.RecordAsync(id, state.Status, settled, cancellationToken);
        return (state, settled);
    }
}
