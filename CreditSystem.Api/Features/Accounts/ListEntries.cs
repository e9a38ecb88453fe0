using CreditSystem.Api.Ledger;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.Ledger.Model;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Features.Accounts;

internal static class ListEntries
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, string id, string? cursor = null, int? limit = null)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        if (!(await AccountLookup.FindAsync(context, ledger, id)).TryGet(out var account, out problem))
            return problem;
        var position = HistoryPosition.End(account);
        if (cursor is not null && (!Cursor.TryDecode(cursor, out position) || position.Sequence > account.Sequence || position.Block > account.PreviousBlock))
            return InvalidCursor();

        var entries = new List<EntryResponse>(size);
        string? next = null;
        try
        {
            await foreach (var entry in History.BackFromAsync(ledger.PartitionOf(account.Tenant).Reader, account.Id, position, context.RequestAborted))
            {
                if (entries.Count == size)
                {
                    next = Cursor.Encode(new HistoryPosition(entry.Entry.Sequence, entry.Record.Block));
                    break;
                }
                entries.Add(Of(entry));
            }
        }
        catch (LedgerCorruptException) when (cursor is not null)
        {
            // A cursor that nobody was given points at a block without an entry of this account.
            return InvalidCursor();
        }
        return TypedResults.Json(new EntryPage(entries, next), LedgerJson.Default.EntryPage);
    }

    internal static EntryResponse Of(HistoryEntry entry) => new(
        entry.Entry.Sequence, entry.Posting.Id, entry.Posting.Kind.ToCode(), entry.Entry.Amount, entry.Entry.Posted, entry.Entry.Held,
        entry.Reference, entry.Record.Block, Codes.Time(entry.Record.At));

    private static ProblemHttpResult InvalidCursor() => Refusal.BadRequest("invalid_cursor", "Pass next_cursor of the page before, unchanged.");
}
