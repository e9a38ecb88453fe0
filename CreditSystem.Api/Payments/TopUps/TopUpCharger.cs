using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>
/// Tops one account up. What is to be charged is stored before it is charged, by a change that only one of several can make, and under
/// an id that follows from it: killed at any point, the next one goes on with the same charge. The balance is asked of the log's owner
/// after the policy was read, so it has every charge in it that the policy says has ended.
/// </summary>
internal sealed partial class TopUpCharger(
    TopUpStore store, SavedCards cards, CreditLedger ledger, PaymentService service, PaymentStore payments, TopUpMetrics metrics,
    IOptions<PaymentOptions> offers, IOptions<TopUpOptions> options, TimeProvider time, ILogger<TopUpCharger> logger)
{
    /// <summary>Stripe forgets idempotency keys after a day at the earliest.</summary>
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(20);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Charges where the account is below its threshold, or goes on with the charge that is under way.</summary>
    /// <param name="policy">As it has just been read.</param>
    /// <param name="cancellationToken">Ends it; what is under way is gone on with later.</param>
    public async Task LookAsync(TopUpPolicy policy, CancellationToken cancellationToken)
    {
        if (policy.Charge is not null)
        {
            if (!(policy.NextAt > Now))
                await ChargeAsync(policy, cancellationToken);
            return;
        }

        if (policy.Status != TopUpPolicy.Active || policy.NextAt > Now)
            return;
        if (await BeginAsync(policy, cancellationToken) is { Charge: not null } begun)
            await ChargeAsync(begun, cancellationToken);
    }

    private async Task<TopUpPolicy?> BeginAsync(TopUpPolicy policy, CancellationToken cancellationToken)
    {
        if (await ledger.FindAccountAsync(policy.Tenant, Guid.ParseExact(policy.Account, "D"), linearizable: true) is not { } account)
            return null;
        var available = account.Available(time.GetUtcNow().ToUnixTimeMilliseconds());
        if (available >= policy.Terms.Threshold)
            return policy.NextAt is null ? null : await store.TryReplaceAsync(policy, policy with { NextAt = null }, cancellationToken);
        var offer = PaymentOffer.Find(offers.Value, policy.Tenant, policy.Terms.Currency);
        if (offer is null || TopUpRules.Purchase(policy.Terms, offer, available) is not { } purchase)
            return await ReplaceAsync(policy, TopUpRules.Stop(policy, "offer_changed", null, Now), "stopped", cancellationToken);
        var next = TopUpRules.Begin(policy, account.Asset, purchase, Now, options.Value);
        return await ReplaceAsync(policy, next, next.Charge is null ? "capped" : "begun", cancellationToken);
    }

    private async Task<TopUpPolicy?> ReplaceAsync(
        TopUpPolicy before, TopUpPolicy after, string outcome, CancellationToken cancellationToken)
    {
        var stored = await store.TryReplaceAsync(before, after, cancellationToken);
        if (stored is not null)
            Tell(stored, outcome);
        return stored;
    }

    private async Task ChargeAsync(TopUpPolicy policy, CancellationToken cancellationToken)
    {
        var charge = policy.Charge!;
        try
        {
            var outcome = Now - charge.At > KeyLifetime ? await cards.FindAsync(charge, cancellationToken) : null;
            outcome ??= await cards.ChargeAsync(OrderOf(policy, charge), charge, cancellationToken);
            if (outcome.IsPaid)
                await CreditAsync(policy, charge, outcome.Payment!, cancellationToken);
            else if (outcome.Declined is { } reason)
                await DeclineAsync(policy, charge with { Payment = outcome.Payment }, reason, cancellationToken);
            else
                await WaitAsync(policy, charge with { Payment = outcome.Payment }, cancellationToken);
        }
        catch (PaymentException failure)
        {
            Log.NotCharged(logger, policy.Account, failure.Failure);
            metrics.ToppedUp("unknown");
            await WaitAsync(policy, charge, cancellationToken);
        }
    }

    private static PaymentOrder OrderOf(TopUpPolicy policy, TopUpCharge charge) => new(
        policy.Tenant, Guid.ParseExact(policy.Account, "D"), charge.Asset, charge.Credits, charge.Price, charge.Currency);

    /// <summary>The one way by which credits are bought: as the provider has the payment now.</summary>
    private async Task CreditAsync(TopUpPolicy policy, TopUpCharge charge, string payment, CancellationToken cancellationToken)
    {
        var fingerprint = SHA256.HashData(Encoding.UTF8.GetBytes(charge.Id));
        await payments.KeepAsync(
            Payment.Begun(payment, charge.Id, fingerprint, policy.Terms.Principal, OrderOf(policy, charge), "succeeded", charge.At),
            cancellationToken);
        var (_, settled) = await service.ReconcileAsync(payment, cancellationToken);
        await FinishAsync(policy, charge, settled.Transfer is null ? "stopped" : "succeeded", current => settled.Transfer is null
            ? TopUpRules.Stop(current, "not_credited", payment, Now)
            : TopUpRules.Succeed(current, payment, Now), cancellationToken);
    }

    private async Task DeclineAsync(TopUpPolicy policy, TopUpCharge charge, string reason, CancellationToken cancellationToken)
    {
        try
        {
            if (charge.Payment is { } payment)
                await cards.CancelAsync(payment, cancellationToken);
        }
        catch (PaymentException)
        {
            // Nobody has its secret, so nobody else can complete it either.
        }

        await FinishAsync(policy, charge, "declined", current => TopUpRules.Decline(
            current with { Charge = charge }, reason, Now, options.Value), cancellationToken);
    }

    private Task WaitAsync(TopUpPolicy policy, TopUpCharge charge, CancellationToken cancellationToken) => FinishAsync(
        policy, charge, null,
        current => current with { Charge = charge, NextAt = Now.AddSeconds(options.Value.ResumeSeconds) }, cancellationToken);

    /// <summary>Somebody may have changed the terms meanwhile; only one ends the charge.</summary>
    private async Task FinishAsync(
        TopUpPolicy? policy, TopUpCharge charge, string? outcome, Func<TopUpPolicy, TopUpPolicy> change,
        CancellationToken cancellationToken)
    {
        while (policy?.Charge?.Id == charge.Id)
        {
            if (await store.TryReplaceAsync(policy, change(policy), cancellationToken) is { } stored)
            {
                if (outcome is not null)
                    Tell(stored, stored.Status == TopUpPolicy.Stopped ? "stopped" : outcome);
                return;
            }

            policy = await store.FindAsync(policy.Tenant, policy.Account, cancellationToken);
        }
    }

    private void Tell(TopUpPolicy policy, string outcome)
    {
        metrics.ToppedUp(outcome);
        if (outcome == "stopped")
            Log.Stopped(logger, policy.Account, policy.Reason ?? "", policy.Declines);
        else if (outcome is "declined" or "capped")
            Log.NotNow(logger, policy.Account, policy.Reason ?? "", policy.NextAt ?? Now);
    }

    private static partial class Log
    {
        [LoggerMessage(4021, LogLevel.Error, "The top-up of account {Account} is stopped after {Declines} declines: {Reason}")]
        public static partial void Stopped(ILogger logger, string account, string reason, int declines);

        [LoggerMessage(4022, LogLevel.Warning, "The top-up of account {Account} waits until {Until:O}: {Reason}")]
        public static partial void NotNow(ILogger logger, string account, string reason, DateTime until);

        [LoggerMessage(4023, LogLevel.Warning, "How the top-up of account {Account} ended is not known; it is asked for again: {Failure}")]
        public static partial void NotCharged(ILogger logger, string account, PaymentFailure failure);
    }
}
