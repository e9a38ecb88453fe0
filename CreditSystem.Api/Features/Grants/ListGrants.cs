using CreditSystem.Api.Features.Accounts;

namespace CreditSystem.Api.Features.Grants;

internal static class ListGrants
{
    public static async Task<Results<Ok<GrantPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, AccountLookup accounts, TimeProvider time, [AsParameters] AccountQuery query, [AsParameters] PageQuery paging)
    {
        if (!paging.Read().TryGet(out var page, out var problem))
            return problem;
        if (!GrantPlace.TryRead(page.Place, out var after))
            return Page.Invalid();
        if (!(await accounts.FindAsync(caller, query)).TryGet(out var account, out problem))
            return problem;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var lots = account.Lots.Where(lot => after is null || lot.Terms > after).Take(page.Limit + 1).ToList();
        var next = lots.Count > page.Limit ? page.CursorAt(GrantPlace.Of(lots[page.Limit - 1].Terms)) : null;
        return TypedResults.Ok(new GrantPage([.. lots.Take(page.Limit).Select(lot => GrantResponse.From(account, lot, now))], next));
    }
}
