namespace CreditSystem.Api.Payments.Endpoints;

internal static class ConfirmPayment
{
    private const int MaxPaymentMethodLength = 255;

    public static async Task<Results<Ok<PaymentResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<ConfirmPaymentRequest> body, string id,
        StripeGateway provider, PaymentService service, PaymentStore store, CancellationToken cancellationToken)
    {
        var method = body.Value.PaymentMethod;
        if (RequestValidation.Text("payment_method", method, MaxPaymentMethodLength) is { } invalid)
            return invalid;
        if (!(await GetPayment.FindAsync(caller, id, store, cancellationToken)).TryGet(out var payment, out var problem))
            return problem;
        if (!provider.IsConfigured)
            return PaymentProblems.NotConfigured();
        if (method is not null)
            await PayAsync(provider, id, method, cancellationToken);
        var (_, settled) = await service.ReconcileAsync(id, cancellationToken);
        return TypedResults.Ok(PaymentResponse.From(
            await store.FindAsync(payment.Tenant, id, cancellationToken) ?? payment, settled.Movements));
    }

    /// <summary>
    /// A payment that is paid cannot be confirmed again. It may have become so since the caller last looked, and while it is asked for: by
    /// the same request, sent twice.
    /// </summary>
    private static async Task PayAsync(StripeGateway provider, string id, string method, CancellationToken cancellationToken)
    {
        if ((await provider.FindAsync(id, cancellationToken)).IsPaid)
            return;
        try
        {
            await provider.ConfirmAsync(id, method, cancellationToken);
        }
        catch (PaymentException refusal) when (refusal.Failure == PaymentFailure.Refused)
        {
            if (!(await provider.FindAsync(id, cancellationToken)).IsPaid)
                throw;
        }
    }
}
