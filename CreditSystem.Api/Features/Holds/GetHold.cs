using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;

namespace CreditSystem.Api.Features.Holds;

internal static class GetHold
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, string id)
    {
        var caller = context.GetCaller();
        if (!Guid.TryParseExact(id, "D", out var hold)
            || await ledger.FindHoldAsync(caller.Tenant, hold, context.RequestAborted) is not { } found
            || caller.OwnAccountsOnly && found.Account.Holder != caller.Principal)
            return Refusal.NotFound("hold");
        return TypedResults.Json(HoldResponse.Of(found.Hold, found.Placed), LedgerJson.Default.HoldResponse);
    }
}
