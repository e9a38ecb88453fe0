using System.ComponentModel;
using CreditSystem.Ledger;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Accounts;

internal static class ListEntries
{
    public static async Task<Results<Ok<EntryPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, AccountLookup accounts, [AsParameters] AccountQuery query,
        [Description("next_cursor of the page before.")] string? cursor,
        [Description("1 to 200; by default 50.")] int? limit,
        CancellationToken cancellationToken)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        HistoryPosition? position = null;
        if (cursor is not null)
        {
            if (!Cursor.TryDecode(cursor, out var given))
                return Cursor.Invalid();
            position = given;
        }

        if (!(await accounts.FindAsync(caller, query)).TryGet(out var account, out problem))
            return problem;
        return await ledger.EntriesAsync(account, position, size, cancellationToken) is { } page
            ? TypedResults.Ok(
                new EntryPage([.. page.Entries.Select(EntryResponse.From)], page.Next is { } next ? Cursor.Encode(next) : null))
            : Cursor.Invalid();
    }
}
