using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Verification;

internal static class ListBlocks
{
    public static async Task<Results<Ok<BlockPageResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, [AsParameters] PageQuery paging, CancellationToken cancellationToken)
    {
        if (!paging.Read().TryGet(out var page, out var problem))
            return problem;
        if (!HistoryPlace.TryRead(page.Place, out var after) || after is { Sequence: not 0 })
            return Page.Invalid();
        var found = await ledger.Verification.BlocksAsync(caller.Tenant, after?.Block ?? 0, page.Limit, cancellationToken);
        return TypedResults.Ok(new BlockPageResponse(
            [.. found.Blocks.Select(block => new BlockResponse(
                block.Number, WireNames.Time(block.At), Convert.ToHexStringLower(block.Previous), Convert.ToHexStringLower(block.Hash),
                block.Records, block.Transfers))],
            found.Next is { } next ? page.CursorAt(HistoryPlace.Of(new HistoryPosition(0, next))) : null));
    }
}
