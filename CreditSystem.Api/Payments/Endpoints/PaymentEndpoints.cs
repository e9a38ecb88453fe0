using CreditSystem.Api.Authentication;
using CreditSystem.Identity;

namespace CreditSystem.Api.Payments.Endpoints;

internal static class PaymentEndpoints
{
    public static void MapPaymentEndpoints(this IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("").WithTags("Payments");
        var scoped = all.MapGroup("").RequireScope(Scope.PaymentsWrite);
        scoped.MapGet("/credit-packages", ListPackages.Handle).ProducesReadProblems()
            .WithName("ListCreditPackages").WithSummary("List what credits can be bought");

        var payments = scoped.MapGroup("/payments/intents");
        payments.MapPost("", CreatePayment.HandleAsync).ProducesWriteProblems()
            .WithName("CreatePayment").WithSummary("Begin a payment for credits");
        payments.MapGet("", GetPayment.ListAsync).ProducesReadProblems().WithName("ListPayments")
            .WithSummary("List payments, newest first");
        payments.MapGet("/{id}", GetPayment.HandleAsync).ProducesReadProblems().WithName("GetPayment").WithSummary("Read a payment");
        payments.MapPost("/{id}/confirm", ConfirmPayment.HandleAsync).ProducesWriteProblems().ProducesProblems(402)
            .WithName("ConfirmPayment").WithSummary("Complete a payment and credit it");

        // Stripe has no credential of ours; its signature is one.
        all.MapPost("/webhooks/stripe", ReceiveStripeEvent.HandleAsync).AllowAnonymous().ProducesProblems(400, 413, 503)
            .WithName("ReceiveStripeNotice").WithSummary("Take a signed notice of Stripe");
    }
}
