using System.ComponentModel;
using CreditSystem.Ledger;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Verification;

internal static class ListBlocks
{
    public static async Task<Results<Ok<BlockPageResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger,
        [Description("next_cursor of the page before.")] string? cursor,
        [Description("1 to 200; by default 50.")] int? limit,
        CancellationToken cancellationToken)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        var after = default(HistoryPosition);
        if (cursor is not null && (!Cursor.TryDecode(cursor, out after) || after.Sequence != 0))
            return Cursor.Invalid();
        var page = await ledger.Verification.BlocksAsync(caller.Tenant, after.Block, size, cancellationToken);
        return TypedResults.Ok(new BlockPageResponse(
            [.. page.Blocks.Select(block => new BlockResponse(
                block.Number, WireNames.Time(block.At), Convert.ToHexStringLower(block.Previous), Convert.ToHexStringLower(block.Hash),
                block.Records, block.Transfers))],
            page.Next is { } next ? Cursor.Encode(new HistoryPosition(0, next)) : null));
    }
}
