using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;

namespace CreditSystem.Api.Features.Payments;

internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/credit-packages", ListPackages.Handle).RequireScope(Scope.PaymentsWrite).WithTags("Payments")
            .WithName("ListCreditPackages").WithSummary("List what credits can be bought").Produces<CreditPackageList>().ProducesReadProblems();

        var payments = routes.MapGroup("/payments/intents").WithTags("Payments").RequireScope(Scope.PaymentsWrite);
        payments.MapPost("", CreatePayment.HandleAsync).WithName("CreatePayment").WithSummary("Begin a payment for credits")
            .Accepts<CreatePaymentRequest>("application/json").Produces<PaymentResponse>(StatusCodes.Status201Created).ProducesMoneyProblems();
        payments.MapGet("", GetPayment.ListAsync).WithName("ListPayments").WithSummary("List payments, newest first").Produces<PaymentList>().ProducesReadProblems();
        payments.MapGet("/{id}", GetPayment.HandleAsync).WithName("GetPayment").WithSummary("Read a payment").Produces<PaymentResponse>().ProducesReadProblems();
        payments.MapPost("/{id}/confirm", ConfirmPayment.HandleAsync).WithName("ConfirmPayment").WithSummary("Complete a payment and credit it")
            .Accepts<ConfirmPaymentRequest>("application/json").Produces<PaymentResponse>().ProducesMoneyProblems().ProducesProblem(StatusCodes.Status402PaymentRequired);

        // Stripe has no credential of ours; its signature is one.
        routes.MapPost("/webhooks/stripe", StripeWebhook.HandleAsync).AllowAnonymous().WithTags("Payments")
            .WithName("ReceiveStripeNotice").WithSummary("Take a signed notice of Stripe")
            .Produces(StatusCodes.Status200OK).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }
}
