using CreditSystem.Api.Features.Transfers;
using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Grants;

internal static class VoidGrantEndpoint
{
    public static async Task<Results<Ok<VoidedGrantResponse>, ProblemHttpResult>> HandleAsync(
        [OptionalBody] KeyedRequest<VoidGrantRequest> request, CreditLedger ledger, string id)
    {
        if (!RequestValidation.TryParseId(id, out var grant))
            return ApiProblems.NotFound("grant");
        var (caller, body, key) = (request.Caller, request.Body, request.Key);
        var named = default(AccountRef);
        if (body.Account is not null && !RequestValidation.HolderAccount("account", body.Account).TryGet(out named, out var problem))
            return problem;
        // Without an account the ledger finds no grant, and the 404 is kept under the key like every other outcome.
        var issued = await ledger.FindRecordAsync(caller.Tenant, grant, request.Aborted);
        var account = body.Account is not null
            ? named.Id
            : issued is { Accepted: true, Command: IssueGrant issue } ? issue.Account : Guid.Empty;
        var command = new VoidGrant(key.Id, key.Fingerprint, caller.Tenant, caller.Holder, grant, account);
        return (await ledger.CommitAsync(request, command)).Answer(record =>
            TypedResults.Ok(new VoidedGrantResponse(GrantResponse.Voided(record), TransferResponse.Create(record, 0))));
    }
}
