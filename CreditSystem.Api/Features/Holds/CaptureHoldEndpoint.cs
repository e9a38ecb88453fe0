using CreditSystem.Api.Features.Transfers;
using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Holds;

internal static class CaptureHoldEndpoint
{
    public static async Task<Results<Ok<CaptureResponse>, ProblemHttpResult>> HandleAsync(
        [OptionalBody] KeyedRequest<CaptureHoldRequest> request, CreditLedger ledger, string id)
    {
        if (!RequestValidation.TryParseId(id, out var hold))
            return ApiProblems.NotFound("hold");
        var (caller, body, key) = (request.Caller, request.Body, request.Key);
        if (RequestValidation.Positive("amount", body.Amount) is { } bounds)
            return bounds;
        var command = new CaptureHold(key.Id, key.Fingerprint, caller.Tenant, caller.Holder, hold, body.Amount, body.Final);
        return (await ledger.CommitAsync(request, command)).Answer(record =>
            TypedResults.Ok(new CaptureResponse(HoldResponse.From(record.Hold!, record), TransferResponse.Create(record, 0))));
    }
}
