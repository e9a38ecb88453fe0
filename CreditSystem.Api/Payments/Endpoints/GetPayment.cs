namespace CreditSystem.Api.Payments.Endpoints;

internal static class GetPayment
{
    /// <summary>The movements are the ledger's own, whatever is remembered of the payment.</summary>
    public static async Task<Results<Ok<PaymentResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, string id, PaymentStore store, PaymentLedger ledger, CancellationToken cancellationToken)
    {
        if (!(await FindAsync(caller, id, store, cancellationToken)).TryGet(out var payment, out var problem))
            return problem;
        return TypedResults.Ok(
            PaymentResponse.From(payment, await ledger.MovementsAsync(caller.Tenant, payment.Id, cancellationToken)));
    }

    /// <summary>404 also for another tenant's, and for another user's where the caller is a user.</summary>
    internal static async Task<Validated<Payment>> FindAsync(
        RequestCaller caller, string id, PaymentStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(caller.Tenant, id, cancellationToken) is { } payment
        && (!caller.OwnAccountsOnly || payment.Principal == caller.Principal)
            ? payment
            : ApiProblems.NotFound("payment");
}
