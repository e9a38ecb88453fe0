using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Payments;

/// <param name="Transfer">The transfer that credited the payment; null while it is not paid.</param>
/// <param name="Recovered">Credits taken back for refunds and disputes, minor units.</param>
/// <param name="Unrecovered">Credits that should have been taken back, but were spent; minor units.</param>
internal sealed record Settlement(Guid? Transfer, long Recovered, long Unrecovered);

/// <summary>
/// Brings the ledger to where the payment is at the provider. Confirmation, events and retries all come here, in any order
/// and any number of times: each movement has an id that follows from the provider's, so the ledger makes it once.
/// (The original credited on confirmation and again on the event.)
/// </summary>
internal sealed partial class PaymentSettlement(
    CreditLedger ledger, PaymentMetrics metrics, IOptions<PaymentOptions> options, ILogger<PaymentSettlement> logger)
{
    private const string Principal = "payments/stripe";

    /// <summary>What is left may be spent between two attempts; this many tries take what then is there.</summary>
    private const int MaxAttempts = 8;

    /// <exception cref="CreditSystem.Ledger.Partitions.LedgerUnavailableException">A later call goes on where this one stopped.</exception>
    public async Task<Settlement> SettleAsync(PaymentState payment)
    {
        if (payment.Order is not { } order || !payment.IsPaid)
            return new Settlement(null, 0, 0);
        var credit = await MoveAsync(
            order, payment.Id, TransferKind.Purchase, AccountRef.To(SystemAccount.StripeClearing), AccountRef.To(order.Account),
            order.Credits);
        if (!credit.Accepted)
        {
            Log.NotCredited(logger, payment.Id, credit.Rejection!.Code);
            metrics.Settled("credit", "rejected");
            return new Settlement(null, 0, 0);
        }

        metrics.Settled("credit", "posted");
        var (recovered, due) = (0L, 0L);
        foreach (var (name, credits) in Recoveries(payment, order))
        {
            due += credits;
            recovered += await RecoverAsync(order, name, credits);
        }

        foreach (var dispute in payment.Disputes.Where(dispute => dispute.IsWon))
        {
            var taken = await RecoverAsync(order, dispute.Id, Share(order, dispute.Amount));
            if (taken > 0)
                await MoveAsync(
                    order, $"{dispute.Id}/won", TransferKind.Refund, AccountRef.To(SystemAccount.StripeClearing),
                    AccountRef.To(order.Account), taken);
        }

        if (recovered < due)
        {
            Log.NotRecovered(logger, payment.Id, due - recovered);
            metrics.Settled("recovery", "short");
        }

        return new Settlement(credit.Postings[0].Id, recovered, due - recovered);
    }

    /// <summary>
    /// What must come back, by the provider's ids. Shares are differences of rounded sums, so that they add up to all credits
    /// when all the money has gone back.
    /// </summary>
    private static IEnumerable<(string Name, long Credits)> Recoveries(PaymentState payment, PaymentOrder order)
    {
        var (money, credits) = (0L, 0L);
        foreach (var (name, amount) in payment.Refunds.Select(refund => (refund.Id, refund.Amount))
            .Concat(payment.Disputes.Where(dispute => !dispute.IsWon).Select(dispute => (dispute.Id, dispute.Amount))))
        {
            money = Math.Min(money + amount, order.Price);
            var until = Share(order, money);
            if (until > credits)
                yield return (name, until - credits);
            credits = until;
        }
    }

    private static long Share(PaymentOrder order, long money) =>
        (long)Int128.Min(order.Credits, ((Int128)order.Credits * money + order.Price / 2) / order.Price);

    /// <summary>
    /// Takes the credits back, or what is left of them. The amount of each attempt follows from the stored outcome of the one
    /// before it, so running this again makes the same attempts.
    /// </summary>
    private async Task<long> RecoverAsync(PaymentOrder order, string name, long credits)
    {
        var amount = credits;
        for (var attempt = 0; attempt < MaxAttempts && amount > 0; attempt++)
        {
            var record = await MoveAsync(
                order, $"{name}/{attempt.ToString(CultureInfo.InvariantCulture)}", TransferKind.Refund, AccountRef.To(order.Account),
                AccountRef.To(SystemAccount.StripeClearing), amount);
            if (record.Accepted)
                return record.Postings[0].Amount;
            amount = Math.Max(record.Rejection!.Available ?? 0, 0);
        }

        return 0;
    }

    private async Task<LedgerRecord> MoveAsync(
        PaymentOrder order, string name, TransferKind kind, AccountRef from, AccountRef to, long amount)
    {
        var id = LedgerId.ForKey(order.Tenant, Principal, name);
        var fingerprint = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        var command = new Transfer(
            id, fingerprint, order.Tenant, null, kind, from, to, options.Value.Asset, amount, Reference: null, Metadata: null);
        // Two events at once are as common as one: they share the outcome.
        return (await ledger.SubmitAsync(order.Tenant, [command]))[0].Record;
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Error, "Payment {Payment} is paid but could not be credited: {Reason}")]
        public static partial void NotCredited(ILogger logger, string payment, RejectionCode reason);

        [LoggerMessage(4002, LogLevel.Warning, "Payment {Payment} was taken back, but {Credits} minor units of its credits had been spent")]
        public static partial void NotRecovered(ILogger logger, string payment, long credits);
    }
}
