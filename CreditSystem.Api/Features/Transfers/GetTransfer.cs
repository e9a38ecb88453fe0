using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;
using CreditSystem.Ledger;

namespace CreditSystem.Api.Features.Transfers;

internal static class GetTransfer
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, string id)
    {
        var caller = context.GetCaller();
        if (!Guid.TryParseExact(id, "D", out var transfer)
            || await ledger.FindRecordAsync(caller.Tenant, transfer, context.RequestAborted) is not { } record)
            return Refusal.NotFound("transfer");
        var index = Array.FindIndex(record.Postings, posting => posting.Id == transfer);
        if (index < 0 || caller.OwnAccountsOnly && !await TouchesOwnAccountAsync(ledger, caller, record.Postings[index]))
            return Refusal.NotFound("transfer");
        var reversed = await ledger.PartitionOf(caller.Tenant).LoadReversedAsync(transfer);
        return TypedResults.Json(TransferResponse.Of(record, index, reversed), LedgerJson.Default.TransferResponse);
    }

    private static async Task<bool> TouchesOwnAccountAsync(CreditLedger ledger, Caller caller, Ledger.Model.Posting posting)
    {
        foreach (var entry in posting.Entries)
            if (await ledger.FindAccountAsync(caller.Tenant, entry.Account, linearizable: false) is { IsSystem: false } account && account.Holder == caller.Principal)
                return true;
        return false;
    }
}
