namespace CreditSystem.Api.Payments.Reconciliation;

/// <summary>
/// Compares each payment, refund and dispute of the provider with the ledger, and each purchase of the ledger with the provider. It
/// changes nothing: a notice, or asking for the payment, is what brings the ledger along.
/// </summary>
internal sealed class PaymentReconciliation(
    ProviderPayments provider, LedgerPurchases purchases, PaymentLedger payments, LegacyRefunds legacy, CreditLedger ledger)
{
    private const int MostDifferences = 1_000;

    /// <summary>Of one tenant, or of several: the provider is asked once.</summary>
    /// <param name="tenants">Each with the assets that it sells.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The first moment after it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PaymentException">The provider does not answer.</exception>
    public async Task<PaymentReconciliationResponse> CompareAsync(
        IReadOnlyDictionary<string, IReadOnlyCollection<string>> tenants, DateTime from, DateTime to, CancellationToken cancellationToken)
    {
        var states = (await provider.ListAsync(from, to, cancellationToken))
            .Where(pair => pair.Value.Order is { } order && tenants.ContainsKey(order.Tenant)).ToDictionary();
        var (differences, count) = (new List<PaymentDifference>(), 0);
        foreach (var (tenant, assets) in tenants)
        {
            foreach (var asset in assets)
            {
                var found = await purchases.ListAsync(tenant, asset, from, to, cancellationToken);
                count += found.Count;
                foreach (var purchase in found)
                    differences.AddRange(await CompareAsync(tenant, purchase, states, cancellationToken));
            }
        }

        foreach (var state in states.Values)
            differences.AddRange(await CompareAsync(state, cancellationToken));
        return new PaymentReconciliationResponse(
            from, to, states.Count, states.Values.Sum(state => state.Refunds.Count), states.Values.Sum(state => state.Disputes.Count),
            count,
            [.. differences.Take(MostDifferences)], differences.Count > MostDifferences);
    }

    /// <summary>From the ledger to the provider; a payment that is not of this time is taken along.</summary>
    private async Task<IReadOnlyList<PaymentDifference>> CompareAsync(
        string tenant, LedgerPurchase purchase, Dictionary<string, PaymentState> states, CancellationToken cancellationToken)
    {
        PaymentDifference Difference(string kind) => new(
            kind, tenant, purchase.Payment, purchase.Transfer.ToString("D"), null, [], 0, purchase.Credits);
        if (purchase.Payment is not { } payment)
            return [Difference(DifferenceKinds.CreditedWithoutPayment)];
        if (!states.TryGetValue(payment, out var state))
        {
            state = await provider.FindAsync(payment, cancellationToken);
            if (state?.Order?.Tenant != tenant)
                return [Difference(DifferenceKinds.UnknownAtProvider)];
            states[payment] = state;
        }

        var first = await payments.FindPurchaseAsync(tenant, payment, cancellationToken);
        return first is null || first.Postings[0].Id == purchase.Transfer ? [] : [Difference(DifferenceKinds.CreditedTwice)];
    }

    /// <summary>From the provider to the ledger.</summary>
    private async Task<IReadOnlyList<PaymentDifference>> CompareAsync(PaymentState state, CancellationToken cancellationToken)
    {
        var order = state.Order!;
        var purchase = await payments.FindPurchaseAsync(order.Tenant, state.Id, cancellationToken);
        PaymentDifference Difference(string kind, long expected, long actual) => new(
            kind, order.Tenant, state.Id, purchase?.Postings[0].Id.ToString("D"), order.Account.ToString("D"),
            [.. state.Refunds.Select(refund => $"{refund.Id} {refund.Status}"),
            .. state.Disputes.Select(dispute => $"{dispute.Id} {dispute.Status}")],
            expected, actual);
        if (purchase is null)
            return state.IsPaid ? [Difference(DifferenceKinds.NotCredited, order.Credits, 0)] : [];
        var posting = purchase.Postings[0];
        if (!state.IsPaid)
            return [Difference(DifferenceKinds.CreditedUnpaid, 0, posting.Amount)];
        if (posting.Amount != order.Credits || posting.Credit.Account != order.Account)
            return [Difference(DifferenceKinds.WrongCredits, order.Credits, posting.Amount)];

        // With nothing to reach it only counts.
        var counted = await legacy.CountAsync(state, order, wanted: long.MaxValue, cancellationToken);
        var reversed = await ledger.PartitionOf(order.Tenant).LoadReversedAsync(posting.Id);
        var expected = Math.Max(0, Math.Max(0, state.CreditsToTakeBack(order) - counted) - reversed.ByHand);
        return reversed.TakenBack == expected
            ? []
            : [Difference(
                reversed.TakenBack < expected ? DifferenceKinds.NotTakenBack : DifferenceKinds.NotGivenBack, expected, reversed.TakenBack)];
    }
}
