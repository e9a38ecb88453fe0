namespace CreditSystem.Api.Payments.Endpoints;

internal static class PaymentProblems
{
    /// <summary>Lets handlers say nothing of a provider that did not do what was asked.</summary>
    public static TBuilder AnswerPaymentFailures<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (PaymentException failure)
            {
                return From(failure);
            }
        });

    /// <summary>What a caller is told when the provider did not do what was asked.</summary>
    public static ProblemHttpResult From(PaymentException failure) => failure.Failure switch
    {
        PaymentFailure.NotConfigured => NotConfigured(),
        PaymentFailure.Declined => ApiProblems.Create(
            StatusCodes.Status402PaymentRequired, "card_declined", "The card was declined. Nothing was paid and nothing was credited.",
            ("decline_code", failure.Reason)),
        PaymentFailure.KeyReused => LedgerProblems.KeyReused(),
        PaymentFailure.InFlight => ApiProblems.Create(
            StatusCodes.Status409Conflict, "idempotency_in_flight", "A request with this Idempotency-Key is being processed."),
        PaymentFailure.NotFound => ApiProblems.NotFound("payment"),
        PaymentFailure.UnknownMethod => UnknownMethod(),
        PaymentFailure.Refused => ApiProblems.Create(
            StatusCodes.Status422UnprocessableEntity, "payment_refused",
            "The payment provider does not allow that in the payment's state.", ("reason", failure.Reason)),
        _ => ApiProblems.Unavailable(
            "payment_provider_unavailable", "The payment provider does not answer. Nothing was credited; try again.", retryAfterSeconds: 5),
    };

    public static ProblemHttpResult UnknownMethod() => ApiProblems.BadRequest(
        "invalid_payment_method", "Stripe knows no such payment method, or it is not this account's.");

    public static ProblemHttpResult UnknownCurrency(PaymentOptions options, string tenant) => ApiProblems.BadRequest(
        "unknown_currency", $"Credits are sold in {string.Join(", ", PaymentOffer.CurrenciesOf(options, tenant))}.");

    public static ProblemHttpResult NotConfigured() => ApiProblems.Unavailable(
        "payments_unavailable",
        "Payments are not set up in this installation: the secret 'stripe' has not been delivered, or Stripe refuses it.",
        retryAfterSeconds: 60);
}
