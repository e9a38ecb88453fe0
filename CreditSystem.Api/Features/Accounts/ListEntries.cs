using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Accounts;

internal static class ListEntries
{
    public static async Task<Results<Ok<EntryPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, AccountLookup accounts, [AsParameters] AccountQuery query,
        [AsParameters] PageQuery paging,
        CancellationToken cancellationToken)
    {
        if (!paging.Read().TryGet(out var page, out var problem))
            return problem;
        if (!HistoryPlace.TryRead(page.Place, out var position))
            return Page.Invalid();
        if (!(await accounts.FindAsync(caller, query)).TryGet(out var account, out problem))
            return problem;
        return await ledger.EntriesAsync(account, position, page.Limit, cancellationToken) is { } found
            ? TypedResults.Ok(new EntryPage(
                [.. found.Entries.Select(EntryResponse.From)], found.Next is { } next ? page.CursorAt(HistoryPlace.Of(next)) : null))
            : Page.Invalid();
    }
}
