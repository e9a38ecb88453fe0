using System.ComponentModel;

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

    public static async Task<Results<Ok<PaymentList>, ProblemHttpResult>> ListAsync(
        RequestCaller caller, PaymentStore store,
        [Description("next_cursor of the page before.")] string? cursor,
        [Description("1 to 200; by default 50.")] int? limit,
        [Description("Only those that are to be credited to this account.")] string? account,
        [Description("Only those of which Stripe has this to say, for example succeeded.")] string? status,
        [Description("true: only those that are paid, or went back, without that the ledger could follow.")] bool? needs_attention,
        CancellationToken cancellationToken)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        if ((RequestValidation.Text("account", account, RequestValidation.MaxNameLength)
            ?? RequestValidation.Text("status", status, RequestValidation.MaxNameLength)) is { } invalid)
            return invalid;
        if (!TimeCursor.TryDecode(cursor, out var after))
            return Cursor.Invalid();
        var query = new PaymentQuery(caller.Tenant, caller.Holder, account, status, needs_attention == true, after);
        var found = await store.ListAsync(query, size + 1, cancellationToken);
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new PaymentList(
            [.. page.Select(payment => PaymentResponse.From(payment))],
            found.Count > size ? TimeCursor.Encode(page[^1].CreatedAt, page[^1].Id) : null));
    }

    /// <summary>404 also for another tenant's, and for another user's where the caller is a user.</summary>
    internal static async Task<Validated<Payment>> FindAsync(
        RequestCaller caller, string id, PaymentStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(caller.Tenant, id, cancellationToken) is { } payment
        && (!caller.OwnAccountsOnly || payment.Principal == caller.Principal)
            ? payment
            : ApiProblems.NotFound("payment");
}
