using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Features.Grants;

internal static class ListGrants
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, CreditLedger ledger, TimeProvider time, [AsParameters] AccountQuery query, string? cursor, int? limit)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        LotTerms? after = null;
        if (cursor is not null && !GrantCursor.TryDecode(cursor, out after))
            return Cursor.Invalid();
        if (!(await AccountLookup.FindAsync(context, ledger, query)).TryGet(out var account, out problem))
            return problem;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var lots = account.Lots.Where(lot => after is null || lot.Terms > after).Take(size + 1).ToList();
        var next = lots.Count > size ? GrantCursor.Encode(lots[size - 1].Terms) : null;
        return TypedResults.Json(new GrantPage([.. lots.Take(size).Select(lot => GrantResponse.Of(account, lot, now))], next), LedgerJson.Default.GrantPage);
    }
}
