using System.ComponentModel;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Features.Accounts;

internal static class ListEntries
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, CreditLedger ledger, [AsParameters] AccountQuery query,
        [Description("next_cursor of the page before.")] string? cursor,
        [Description("1 to 200; by default 50.")] int? limit)
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
        if (!(await AccountLookup.FindAsync(context, ledger, query)).TryGet(out var account, out problem))
            return problem;
        if (await ledger.EntriesAsync(account, position, size, context.RequestAborted) is not { } page)
            return Cursor.Invalid();
        return TypedResults.Json(
            new EntryPage([.. page.Entries.Select(Of)], page.Next is { } next ? Cursor.Encode(next) : null), LedgerJson.Default.EntryPage);
    }

    internal static EntryResponse Of(HistoryEntry entry) => new(
        entry.Entry.Sequence, entry.Posting.Id, entry.Posting.Kind.ToCode(), entry.Entry.Amount, entry.Entry.Posted, entry.Entry.Held,
        entry.Reference, entry.Record.Block, Codes.Time(entry.Record.At), Codes.Time(entry.Record.EffectiveAt));
}
