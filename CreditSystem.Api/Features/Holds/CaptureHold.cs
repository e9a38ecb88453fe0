using CreditSystem.Api.Authentication;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;

namespace CreditSystem.Api.Features.Holds;

internal static class CaptureHold
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, string id)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadOptionalAsync(context.Request, LedgerJson.Default.CaptureHoldRequest, new())).TryGet(out var request, out var problem))
            return problem;
        if (!Guid.TryParseExact(id, "D", out var hold))
            return Refusal.NotFound("hold");
        if (!IdempotencyKey.Of(context, caller, $"/v1/holds/{hold}/capture", request, LedgerJson.Default.CaptureHoldRequest).TryGet(out var key, out problem))
            return problem;
        if (RequestValidation.Positive("amount", request.Amount) is { } bounds)
            return bounds;
        var command = new Ledger.Commands.CaptureHold(
            key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null, hold, request.Amount, request.Final);
        return await LedgerResults.ExecuteAsync(context, ledger, command, record => TypedResults.Json(
            new CaptureResponse(HoldResponse.Of(record.Hold!, record), TransferResponse.Of(record, 0)), LedgerJson.Default.CaptureResponse));
    }
}
