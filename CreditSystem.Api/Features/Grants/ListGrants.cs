using CreditSystem.Api.Features.Accounts;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Features.Grants;

internal static class ListGrants
{
    public static async Task<Results<Ok<GrantPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, AccountLookup accounts, TimeProvider time, [AsParameters] AccountQuery query, string? cursor, int? limit)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        LotTerms? after = null;
        if (cursor is not null && !GrantCursor.TryDecode(cursor, out after))
            return Cursor.Invalid();
        if (!(await accounts.FindAsync(caller, query)).TryGet(out var account, out problem))
            return problem;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var lots = account.Lots.Where(lot => after is null || lot.Terms > after).Take(size + 1).ToList();
        var next = lots.Count > size ? GrantCursor.Encode(lots[size - 1].Terms) : null;
        return TypedResults.Ok(new GrantPage([.. lots.Take(size).Select(lot => GrantResponse.From(account, lot, now))], next));
    }
}
