using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Api.Payments;

namespace CreditSystem.Api.Features.Payments;

internal static class GetPayment
{
    public static async Task<IResult> HandleAsync(HttpContext context, string id, PaymentStore store) =>
        (await FindAsync(context, id, store)).TryGet(out var payment, out var problem) ? TypedResults.Ok(PaymentResponse.Of(payment)) : problem;

    public static async Task<IResult> ListAsync(HttpContext context, PaymentStore store, int? limit)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        var caller = context.GetCaller();
        var payments = await store.ListAsync(caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null, size, context.RequestAborted);
        return TypedResults.Ok(new PaymentList([.. payments.Select(payment => PaymentResponse.Of(payment))]));
    }

    /// <summary>404 also for another tenant's, and for another user's where the caller is a user.</summary>
    internal static async Task<Checked<Payment>> FindAsync(HttpContext context, string id, PaymentStore store)
    {
        var caller = context.GetCaller();
        return await store.FindAsync(caller.Tenant, id, context.RequestAborted) is { } payment && (!caller.OwnAccountsOnly || payment.Principal == caller.Principal)
            ? payment
            : Refusal.NotFound("payment");
    }
}
