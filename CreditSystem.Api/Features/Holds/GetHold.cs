namespace CreditSystem.Api.Features.Holds;

internal static class GetHold
{
    public static async Task<Results<Ok<HoldResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, string id, CancellationToken cancellationToken) =>
        !RequestValidation.TryParseId(id, out var hold)
        || await ledger.FindHoldAsync(caller.Tenant, hold, cancellationToken) is not { } found
        || caller.OwnAccountsOnly && found.Account.Holder != caller.Principal
            ? ApiProblems.NotFound("hold")
            : TypedResults.Ok(HoldResponse.From(found.Hold, found.Placed));
}
