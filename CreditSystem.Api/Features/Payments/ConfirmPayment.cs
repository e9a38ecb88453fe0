using CreditSystem.Api.Http;
using CreditSystem.Api.Payments;

namespace CreditSystem.Api.Features.Payments;

internal static class ConfirmPayment
{
    private const int MaxPaymentMethodLength = 255;

    public static async Task<IResult> HandleAsync(HttpContext context, string id, StripeGateway provider, PaymentDesk desk, PaymentStore store)
    {
        if (!(await JsonBody.ReadAsync(context.Request, PaymentJson.Default.ConfirmPaymentRequest)).TryGet(out var request, out var problem))
            return problem;
        if (RequestValidation.Text("payment_method", request.PaymentMethod, MaxPaymentMethodLength) is { } invalid)
            return invalid;
        if (!(await GetPayment.FindAsync(context, id, store)).TryGet(out var payment, out problem))
            return problem;
        if (!provider.IsConfigured)
            return PaymentProblems.NotConfigured(context);
        try
        {
            // A payment that is paid cannot be confirmed again; it may have become so since the caller last looked.
            if (request.PaymentMethod is { } method && !(await provider.FindAsync(id, context.RequestAborted)).IsPaid)
                await provider.ConfirmAsync(id, method, context.RequestAborted);
            await desk.BringUpToDateAsync(id, context.RequestAborted);
        }
        catch (PaymentException failure)
        {
            return PaymentProblems.Of(context, failure);
        }

        return TypedResults.Ok(PaymentResponse.Of(await store.FindAsync(payment.Tenant, id, context.RequestAborted) ?? payment));
    }
}
