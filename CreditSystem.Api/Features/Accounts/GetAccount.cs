using CreditSystem.Api.Http;
using CreditSystem.Ledger;

namespace CreditSystem.Api.Features.Accounts;

internal static class GetAccount
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, [AsParameters] AccountQuery query) =>
        (await AccountLookup.FindAsync(context, ledger, query)).TryGet(out var account, out var problem)
            ? TypedResults.Json(AccountResponse.Of(account), LedgerJson.Default.AccountResponse)
            : problem;
}
