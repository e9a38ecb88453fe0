using System.ComponentModel;
using System.Globalization;
using CreditSystem.Api.Http;
using CreditSystem.Api.Problems;
using CreditSystem.Ledger;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Features.Accounts;

internal static class GetBalance
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, CreditLedger ledger, TimeProvider time, [AsParameters] AccountQuery query,
        [Description("A time in the past, RFC 3339: the balances as they were then, without pending and available.")] string? at)
    {
        if (!Timestamp.TryParse(at, out var moment))
            return Timestamp.Invalid("at");
        if (!(await AccountLookup.FindAsync(context, ledger, query)).TryGet(out var account, out var problem))
            return problem;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return moment is { } past && past < now
            ? await AtAsync(context, ledger, account, past)
            : TypedResults.Json(BalanceResponse.Of(account, now), LedgerJson.Default.BalanceResponse);
    }

    private static async Task<IResult> AtAsync(HttpContext context, CreditLedger ledger, AccountState account, long moment)
    {
        if (moment < account.OpenedAt)
            return Problem.Of(
                StatusCodes.Status404NotFound, "account_not_found",
                string.Create(CultureInfo.InvariantCulture, $"The account was opened at {Codes.Time(account.OpenedAt):O}."));
        var then = await ledger.BalanceAtAsync(account, moment, context.RequestAborted);
        // What was pending and available then would need the grants of then; what was posted and held is in the entry.
        var balance = new BalanceResponse(
            account.Id, account.Asset, then.Posted, then.Held, null, account.CreditLimit, null, then.Sequence, Codes.Time(moment));
        return TypedResults.Json(balance, LedgerJson.Default.BalanceResponse);
    }
}
