using CreditSystem.Api.Authentication;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Features.Grants;

internal static class VoidGrant
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, string id)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadOptionalAsync(context.Request, LedgerJson.Default.VoidGrantRequest, new())).TryGet(out var request, out var problem))
            return problem;
        if (!Guid.TryParseExact(id, "D", out var grant))
            return Refusal.NotFound("grant");
        if (!IdempotencyKey.Of(context, caller, $"/v1/grants/{grant}/void", request, LedgerJson.Default.VoidGrantRequest).TryGet(out var key, out problem))
            return problem;
        var named = default(AccountRef);
        if (request.Account is not null && !RequestValidation.HolderAccount("account", request.Account).TryGet(out named, out problem))
            return problem;
        // Without an account the ledger finds no grant, and the 404 is kept under the key like every other outcome.
        var issued = await ledger.FindRecordAsync(caller.Tenant, grant, context.RequestAborted);
        var account = request.Account is not null ? named.Id : issued is { Accepted: true, Command: Ledger.Commands.IssueGrant issue } ? issue.Account : Guid.Empty;
        var command = new Ledger.Commands.VoidGrant(key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null, grant, account);
        return await LedgerResults.ExecuteAsync(context, ledger, command, record => TypedResults.Json(
            new VoidedGrantResponse(GrantResponse.Voided(record), TransferResponse.Of(record, 0)), LedgerJson.Default.VoidedGrantResponse));
    }
}
