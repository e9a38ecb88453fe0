using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;

namespace CreditSystem.Api.Features.Holds;

internal static class VoidHold
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, string id)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadOptionalAsync(context.Request, LedgerJson.Default.VoidRequest, new())).TryGet(out var request, out var problem))
            return problem;
        if (!Guid.TryParseExact(id, "D", out var hold))
            return Refusal.NotFound("hold");
        if (!IdempotencyKey.Of(context, caller, $"/v1/holds/{hold}/void", request, LedgerJson.Default.VoidRequest).TryGet(out var key, out problem))
            return problem;
        var command = new Ledger.Commands.VoidHold(key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null, hold);
        return await LedgerResults.ExecuteAsync(context, ledger, command, record =>
            TypedResults.Json(HoldResponse.Of(record.Hold!, record), LedgerJson.Default.HoldResponse));
    }
}
