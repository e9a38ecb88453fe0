using CreditSystem.Api.Payments.Notices;

namespace CreditSystem.Api.Payments.Endpoints;

internal static class PaymentEndpoints
{
    public static void MapPaymentEndpoints(this IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("").WithTags("Payments");
        var scoped = all.MapGroup("").RequireScope(Scope.PaymentsWrite);
        scoped.MapGet("/credit-packages", ListPackages.Handle).ProducesReadProblems()
            .WithName("ListCreditPackages").WithSummary("List what credits can be bought");

        var intents = scoped.MapGroup("/payments/intents").AnswerPaymentFailures();
        intents.MapPost("", CreatePayment.HandleAsync).ProducesWriteProblems()
            .WithName("CreatePayment").WithSummary("Begin a payment for credits");
        intents.MapGet("", ListPayments.HandleAsync).ProducesReadProblems().WithName("ListPaymentIntents")
            .WithSummary("List payments, newest first, for who may pay");
        intents.MapGet("/{id}", GetPayment.HandleAsync).ProducesReadProblems().WithName("GetPaymentIntent")
            .WithSummary("Read a payment, for who may pay");
        intents.MapPost("/{id}/confirm", ConfirmPayment.HandleAsync).ProducesWriteProblems().ProducesProblems(402)
            .WithName("ConfirmPayment").WithSummary("Complete a payment and credit it");

        var reads = all.MapGroup("/payments").RequireScope(Scope.AccountsRead).ProducesReadProblems();
        reads.MapGet("", ListPayments.HandleAsync).WithName("ListPayments").WithSummary("List payments, newest first");
        reads.MapGet("/{id}", GetPayment.HandleAsync).WithName("GetPayment")
            .WithSummary("Read a payment and what the ledger has done for it");

        all.MapPost("/accounts/{id}/debt/forgiveness", ForgiveDebtEndpoint.HandleAsync).RequireScope(Scope.GrantsWrite)
            .ProducesWriteProblems().WithName("ForgiveDebt").WithSummary("Waive what an account owes, with a reason");

        // Stripe has no credential of ours; its signature is one.
        all.MapPost("/webhooks/stripe", ReceiveStripeEvent.HandleAsync).AllowAnonymous().ProducesProblems(400, 413, 503)
            .WithName("ReceiveStripeNotice").WithSummary("Take a signed notice of Stripe");
    }
}
