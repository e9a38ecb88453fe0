using CreditSystem.Api.Payments.Endpoints;

namespace CreditSystem.Api.Payments.Notices;

/// <summary>
/// Deals with notices. One says only that something has happened to a payment; what it is, is asked of Stripe, so that their order and
/// their number do not matter. What cannot be dealt with is kept in a list, besides that Stripe sends it again.
/// </summary>
internal sealed partial class NoticeProcessor(
    StripeGateway provider, PaymentService service, NoticeStore notices, PaymentMetrics metrics, ILogger<NoticeProcessor> logger)
{
    /// <returns>What the provider is answered where it is to send the notice again; null where all is done.</returns>
    public async Task<ProblemHttpResult?> ReceiveAsync(
        string body, string? signature, Action<string?> onPayment, CancellationToken cancellationToken)
    {
        try
        {
            if (provider.ReadEvent(body, signature) is not { } received)
            {
                metrics.Received("refused");
                return ApiProblems.BadRequest("invalid_signature", "The signature is missing, wrong, or too old.");
            }

            onPayment(received.PaymentId);
            return await TakeAsync(received, cancellationToken);
        }
        catch (MalformedNoticeException malformed)
        {
            return await RefuseAsync(malformed, cancellationToken);
        }
        catch (PaymentException failure) when (failure.Failure is PaymentFailure.NotFound)
        {
            // A payment that Stripe itself does not know any more: nothing will ever come of it.
            metrics.Received("unknown");
            return null;
        }
        catch (PaymentException failure)
        {
            metrics.Received("failed");
            return PaymentProblems.From(failure);
        }
    }

    /// <summary>Deals again with a notice that could not be used: asks how its payment stands.</summary>
    /// <returns>Why it still cannot be used; null where it could.</returns>
    /// <exception cref="PaymentException">The provider does not answer, or knows no such payment.</exception>
    public async Task<string?> ProcessAgainAsync(UnusableNotice notice, string payment, CancellationToken cancellationToken)
    {
        var (_, settled) = await service.ReconcileAsync(payment, cancellationToken);
        if (settled.Refused is { } code)
        {
            var reason = LedgerProblems.Describe(code).Code;
            await notices.KeepUnusableAsync(new RawNotice(notice.Id, notice.Type, payment), reason, null, cancellationToken);
            return reason;
        }

        await notices.ForgetUnusableAsync(notice.Id, payment, cancellationToken);
        metrics.Received("processed_again");
        return null;
    }

    private async Task<ProblemHttpResult?> TakeAsync(PaymentEvent received, CancellationToken cancellationToken)
    {
        if (received.PaymentId is not { } payment || await notices.HasSeenAsync(received.Id, cancellationToken))
        {
            metrics.Received(received.PaymentId is null ? "ignored" : "repeated");
            return null;
        }

        var (state, settled) = await service.ReconcileAsync(payment, cancellationToken);
        if (settled.Refused is { } code)
            return await RefuseAsync(received, payment, code, cancellationToken);
        // A payment of another system in the same account of Stripe leaves no trace here.
        if (state.Order is not null)
            await notices.ForgetUnusableAsync(id: null, payment, cancellationToken);
        await notices.MarkSeenAsync(received.Id, cancellationToken);
        metrics.Received("taken");
        return null;
    }

    private async Task<ProblemHttpResult> RefuseAsync(
        PaymentEvent received, string payment, RejectionCode code, CancellationToken cancellationToken)
    {
        var (_, reason, detail) = LedgerProblems.Describe(code);
        metrics.Received("not_credited");
        await notices.KeepUnusableAsync(new RawNotice(received.Id, received.Type, payment), reason, detail, cancellationToken);
        return ApiProblems.Unavailable(
            "payment_not_credited", $"The ledger does not do what the payment is due: {reason}. Send it again.", retryAfterSeconds: 60);
    }

    private async Task<ProblemHttpResult> RefuseAsync(MalformedNoticeException malformed, CancellationToken cancellationToken)
    {
        var (notice, cause) = (malformed.Notice, malformed.InnerException!.GetType().Name);
        metrics.Received("malformed");
        Log.Malformed(logger, malformed.InnerException, notice.Id, notice.Payment);
        await notices.KeepUnusableAsync(notice, "malformed", cause, cancellationToken);
        return ApiProblems.BadRequest(
            "malformed_notice", "The notice is signed, and is not of the shape that this system knows. It is kept in a list.");
    }

    private static partial class Log
    {
        [LoggerMessage(4004, LogLevel.Error, "Notice {Notice} about payment {Payment} is signed, but is not of the expected shape")]
        public static partial void Malformed(ILogger logger, Exception? exception, string notice, string? payment);
    }
}
