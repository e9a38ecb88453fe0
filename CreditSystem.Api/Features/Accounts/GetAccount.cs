using CreditSystem.Api.Ledger;

namespace CreditSystem.Api.Features.Accounts;

internal static class GetAccount
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, string id) =>
        (await AccountLookup.FindAsync(context, ledger, id)).TryGet(out var account, out var problem)
            ? TypedResults.Json(AccountResponse.Of(account), LedgerJson.Default.AccountResponse)
            : problem;
}
