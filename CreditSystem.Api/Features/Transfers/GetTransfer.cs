namespace CreditSystem.Api.Features.Transfers;

internal static class GetTransfer
{
    public static async Task<Results<Ok<TransferResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, string id, CancellationToken cancellationToken)
    {
        if (!RequestValidation.TryParseId(id, out var transfer)
            || await ledger.FindRecordAsync(caller.Tenant, transfer, cancellationToken) is not { } record)
            return ApiProblems.NotFound("transfer");
        var index = Array.FindIndex(record.Postings, posting => posting.Id == transfer);
        if (index < 0 || caller.OwnAccountsOnly && !await TouchesOwnAccountAsync(ledger, caller, record.Postings[index]))
            return ApiProblems.NotFound("transfer");
        var reversed = await ledger.PartitionOf(caller.Tenant).LoadReversedAsync(transfer);
        return TypedResults.Ok(TransferResponse.Create(record, index, reversed.Total));
    }

    private static async Task<bool> TouchesOwnAccountAsync(CreditLedger ledger, RequestCaller caller, Posting posting)
    {
        foreach (var entry in posting.Entries)
            if (await ledger.FindAccountAsync(caller.Tenant, entry.Account, linearizable: false) is { IsSystem: false } account
                && account.Holder == caller.Principal)
                return true;
        return false;
    }
}
