using System.Globalization;
using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Payments;

/// <summary>
/// What releases before debts took back of a payment: transfers of their own, named after the refund or the dispute. They count, and are
/// reversed where the money has come back since.
/// </summary>
internal sealed class LegacyRefunds(CreditLedger ledger)
{
    private const int MaxAttempts = 8;

    /// <summary>Gives back what is more than is to be taken back.</summary>
    /// <returns>The credits that those transfers still take of the payment.</returns>
    public async Task<long> CountAsync(PaymentState payment, PaymentOrder order, long wanted, CancellationToken cancellationToken)
    {
        var found = new List<(Guid Transfer, long Left)>();
        foreach (var name in payment.Refunds.Select(refund => refund.Id).Concat(payment.Disputes.Select(dispute => dispute.Id)))
            if (await FindAsync(order.Tenant, name, cancellationToken) is { } taken)
                found.Add(taken);
        var sum = found.Sum(taken => taken.Left);
        foreach (var (transfer, left) in Enumerable.Reverse(found))
        {
            var amount = Math.Min(left, sum - wanted);
            if (amount > 0 && await ReverseAsync(order.Tenant, transfer, amount))
                sum -= amount;
        }
        return sum;
    }

    private async Task<(Guid Transfer, long Left)?> FindAsync(string tenant, string name, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var id = LedgerId.ForKey(
                tenant, PaymentLedger.Principal, $"{name}/{attempt.ToString(CultureInfo.InvariantCulture)}");
            if (await ledger.FindRecordAsync(tenant, id, cancellationToken) is not { } record)
                return null;
            if (!record.Accepted)
                continue;
            // A dispute that was won gave all of it back, as a transfer of its own.
            var won = LedgerId.ForKey(tenant, PaymentLedger.Principal, $"{name}/won");
            if (await ledger.FindRecordAsync(tenant, won, cancellationToken) is { Accepted: true })
                return null;
            var reversed = await ledger.PartitionOf(tenant).LoadReversedAsync(id);
            return (id, record.Postings[0].Amount - reversed.Total);
        }
        return null;
    }

    private async Task<bool> ReverseAsync(string tenant, Guid transfer, long amount)
    {
        var reversed = await ledger.PartitionOf(tenant).LoadReversedAsync(transfer);
        var id = LedgerId.Derive(transfer, "money came back", reversed.Total);
        var command = new ReverseTransfer(id, [], tenant, null, transfer, amount, null, null) { KeepsOutcome = false };
        return (await ledger.SubmitAsync(tenant, [command]))[0].Record.Accepted;
    }
}
