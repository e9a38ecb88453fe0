using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Holds;

/// <summary>Voids what the route names. There is nothing to say about it, so the body may be left out.</summary>
public sealed record VoidRequest;

internal static class VoidHoldEndpoint
{
    public static async Task<Results<Ok<HoldResponse>, ProblemHttpResult>> HandleAsync(
        [OptionalBody] KeyedRequest<VoidRequest> request, CreditLedger ledger, string id)
    {
        if (!RequestValidation.TryParseId(id, out var hold))
            return ApiProblems.NotFound("hold");
        var (caller, key) = (request.Caller, request.Key);
        var command = new VoidHold(key.Id, key.Fingerprint, caller.Tenant, caller.Holder, hold);
        return (await ledger.CommitAsync(request, command)).Answer(record => TypedResults.Ok(HoldResponse.From(record.Hold!, record)));
    }
}
