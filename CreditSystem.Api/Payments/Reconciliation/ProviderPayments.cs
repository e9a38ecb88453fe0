using Stripe;

namespace CreditSystem.Api.Payments.Reconciliation;

/// <summary>Lists what the provider has of a time.</summary>
internal sealed class ProviderPayments(StripeGateway provider)
{
    private const long MaxListed = 100;

    /// <summary>The payments that were paid in a time, or of which something was refunded or disputed in it; of all tenants.</summary>
    /// <exception cref="PaymentException">The provider does not answer.</exception>
    public async Task<Dictionary<string, PaymentState>> ListAsync(DateTime from, DateTime to, CancellationToken cancellationToken)
    {
        var (states, others) = (new Dictionary<string, PaymentState>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        await provider.CallAsync(async client =>
        {
            var created = new DateRangeOptions { GreaterThanOrEqual = from, LessThan = to };
            await foreach (var charge in new ChargeService(client).ListAutoPagingAsync(
                new ChargeListOptions { Created = created, Limit = MaxListed, Expand = ["data.payment_intent"] }, null, cancellationToken))
            {
                if (!charge.Paid || charge.PaymentIntent is not { } intent)
                    continue;
                if (charge.AmountRefunded > 0 || charge.Disputed)
                    others.Add(intent.Id);
                else
                    states[intent.Id] = StripeGateway.ToState(intent);
            }

            await foreach (var refund in new RefundService(client).ListAutoPagingAsync(
                new RefundListOptions { Created = created, Limit = MaxListed }, null, cancellationToken))
                others.Add(refund.PaymentIntentId ?? "");
            await foreach (var dispute in new DisputeService(client).ListAutoPagingAsync(
                new DisputeListOptions { Created = created, Limit = MaxListed }, null, cancellationToken))
                others.Add(dispute.PaymentIntentId ?? "");
            return true;
        });
        foreach (var payment in others.Where(id => id.Length > 0))
        {
            if (await FindAsync(payment, cancellationToken) is { } state)
                states[payment] = state;
        }

        return states;
    }

    /// <summary>Null where the provider knows no such payment.</summary>
    public async Task<PaymentState?> FindAsync(string payment, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.FindAsync(payment, cancellationToken);
        }
        catch (PaymentException failure) when (failure.Failure is PaymentFailure.NotFound)
        {
            return null;
        }
    }
}
