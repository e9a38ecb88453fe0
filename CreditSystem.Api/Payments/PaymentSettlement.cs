using CreditSystem.Api.Payments.Endpoints;

namespace CreditSystem.Api.Payments;

/// <summary>Where the ledger is with a payment.</summary>
/// <param name="Movements">All that it has done for it, in its order.</param>
/// <param name="Refused">Why it does not do what is due: the payment is to be looked at.</param>
/// <param name="HasMoved">Whether it did something just now.</param>
internal sealed record Settlement(IReadOnlyList<PaymentMovement> Movements, RejectionCode? Refused, bool HasMoved)
{
    public static readonly Settlement None = new([], null, HasMoved: false);

    /// <summary>The transfer that credited the payment; null while none has.</summary>
    public Guid? Transfer => Movements.Count > 0 ? Movements[0].Transfer : null;

    /// <summary>
    /// Credits that came back for refunds and disputes, less those that were given back; minor units. Negative where a debt was forgiven
    /// before all was given back.
    /// </summary>
    public long Recovered => -Movements.Skip(1).Sum(movement => movement.Credits);

    /// <summary>Credits that were to come back and were not there: the account owed them from then on.</summary>
    public long Debt => Movements.Sum(movement => movement.Debt);
}

/// <summary>
/// Brings the ledger to where the payment is at the provider. Confirmation, events and retries all come here, in any order
/// and any number of times. What is to be taken back follows from the money that is still there, and from nothing else: no event, no
/// part of a refund and no order of them is ever added up.
/// </summary>
internal sealed partial class PaymentSettlement(
    PaymentLedger ledger, LegacyRefunds legacy, PaymentMetrics metrics, ILogger<PaymentSettlement> logger)
{
    /// <exception cref="CreditSystem.Ledger.Partitions.LedgerUnavailableException">A later call goes on where this one stopped.</exception>
    public async Task<Settlement> SettleAsync(PaymentState payment, CancellationToken cancellationToken)
    {
        if (payment.Order is not { } order || !payment.IsPaid)
            return Settlement.None;
        var (purchase, isNew) = await ledger.CreditAsync(order, payment.Id);
        if (purchase.Rejection is { } rejection)
        {
            Log.NotCredited(logger, payment.Id, rejection.Code);
            metrics.Settled("credit", "rejected");
            return Settlement.None with { Refused = rejection.Code };
        }

        var wanted = payment.CreditsToTakeBack(order);
        var counted = await legacy.CountAsync(payment, order, wanted, cancellationToken);
        var outcome = await ledger.TakeBackAsync(purchase, payment.Id, Math.Max(0, wanted - counted));
        Tell(payment.Id, isNew, outcome);
        return outcome with { HasMoved = isNew || outcome.HasMoved };
    }

    private void Tell(string payment, bool isNew, Settlement outcome)
    {
        if (isNew)
            metrics.Settled("credit", "posted");
        if (outcome.Refused is { } code)
        {
            Log.NotTakenBack(logger, payment, code);
            metrics.Settled("recovery", "rejected");
        }

        if (!outcome.HasMoved)
            return;
        var last = outcome.Movements[^1];
        metrics.Settled("recovery", last.Kind == "given_back" ? "given_back" : last.Debt > 0 ? "owed" : "taken_back");
        if (last.Debt > 0)
            Log.Owed(logger, payment, last.Debt);
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Error, "Payment {Payment} is paid but could not be credited: {Reason}")]
        public static partial void NotCredited(ILogger logger, string payment, RejectionCode reason);

        [LoggerMessage(4002, LogLevel.Warning, "Payment {Payment} went back, but {Credits} minor units of its credits were not there: "
            + "its account owes them")]
        public static partial void Owed(ILogger logger, string payment, long credits);

        [LoggerMessage(4003, LogLevel.Error, "Payment {Payment} went back or came back, but the ledger could not follow: {Reason}")]
        public static partial void NotTakenBack(ILogger logger, string payment, RejectionCode reason);
    }
}
