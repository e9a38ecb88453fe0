using CreditSystem.Api.Http;
using CreditSystem.Api.Payments;
using CreditSystem.Api.Problems;

namespace CreditSystem.Api.Features.Payments;

internal static class PaymentProblems
{
    /// <summary>What a caller is told when the provider did not do what was asked.</summary>
    public static IResult Of(HttpContext context, PaymentException failure) => failure.Failure switch
    {
        PaymentFailure.NotConfigured => NotConfigured(context),
        PaymentFailure.Declined => Problem.Of(
            StatusCodes.Status402PaymentRequired, "card_declined", "The card was declined. Nothing was paid and nothing was credited.", ("decline_code", failure.Reason)),
        PaymentFailure.KeyReused => LedgerResults.KeyReused(),
        PaymentFailure.InFlight => Problem.Of(StatusCodes.Status409Conflict, "idempotency_in_flight", "A request with this Idempotency-Key is being processed."),
        PaymentFailure.NotFound => Refusal.NotFound("payment"),
        PaymentFailure.Refused => Problem.Of(
            StatusCodes.Status422UnprocessableEntity, "payment_refused", "The payment provider does not allow that in the payment's state.", ("reason", failure.Reason)),
        _ => Problem.Unavailable(context, "payment_provider_unavailable", "The payment provider does not answer. Nothing was credited; try again.", retryAfterSeconds: 5),
    };

    public static IResult NotConfigured(HttpContext context) => Problem.Unavailable(
        context, "payments_unavailable", "Payments are not set up in this installation: the secret 'stripe' has not been delivered, or Stripe refuses it.", retryAfterSeconds: 60);
}
