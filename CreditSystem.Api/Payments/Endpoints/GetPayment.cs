namespace CreditSystem.Api.Payments.Endpoints;

internal static class GetPayment
{
    public static async Task<Results<Ok<PaymentResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, string id, PaymentStore store, CancellationToken cancellationToken) =>
        (await FindAsync(caller, id, store, cancellationToken)).Answer(payment => TypedResults.Ok(PaymentResponse.From(payment)));

    public static async Task<Results<Ok<PaymentList>, ProblemHttpResult>> ListAsync(
        RequestCaller caller, PaymentStore store, int? limit, CancellationToken cancellationToken)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        var payments = await store.ListAsync(caller.Tenant, caller.Holder, size, cancellationToken);
        return TypedResults.Ok(new PaymentList([.. payments.Select(payment => PaymentResponse.From(payment))]));
    }

    /// <summary>404 also for another tenant's, and for another user's where the caller is a user.</summary>
    internal static async Task<Validated<Payment>> FindAsync(
        RequestCaller caller, string id, PaymentStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(caller.Tenant, id, cancellationToken) is { } payment
        && (!caller.OwnAccountsOnly || payment.Principal == caller.Principal)
            ? payment
            : ApiProblems.NotFound("payment");
}
