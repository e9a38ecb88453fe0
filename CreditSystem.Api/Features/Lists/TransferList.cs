using System.ComponentModel;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Ledger.Lists;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.Lists;

/// <summary>Transfers, newest first.</summary>
/// <param name="Transfers">At most as many as were asked for; it may be fewer although there are more.</param>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record TransferPage(IReadOnlyList<TransferResponse> Transfers, string? NextCursor);

/// <summary>Which transfers are wanted.</summary>
internal sealed record TransferListQuery
{
    [FromQuery(Name = "account"), Description("Only those of this account: its id, or the name of a system account.")]
    public string? Account { get; init; }

    [FromQuery(Name = "holder"), Description("Only those of this holder's accounts; with reference, those that it made.")]
    public string? Holder { get; init; }

    [FromQuery(Name = "asset"), Description("Only those in this asset.")]
    public string? Asset { get; init; }

    [FromQuery(Name = "kind"), ValuesOf(typeof(TransferKinds)), Description("Only those of this kind.")]
    public string? Kind { get; init; }

    [FromQuery(Name = "reference"), Description("The one with this reference.")]
    public string? Reference { get; init; }

    public ListParameters Parameters => new(LedgerList.Transfers, Asset, Holder, Account, Reference, Kind);
}

internal static class TransferList
{
    public static async Task<Results<Ok<TransferPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, MetadataFilter metadata, ListBinder binder, ListService lists, [AsParameters] TransferListQuery query,
        [AsParameters] ListBounds bounds, CancellationToken cancellationToken)
    {
        if (!binder.Bind(caller, metadata, query.Parameters, bounds).TryGet(out var request, out var problem)
            || !(await lists.FindAsync(caller, request, null, cancellationToken)).TryGet(out var page, out problem))
            return problem;
        return TypedResults.Ok(new TransferPage(
            [.. page.Items.Select(item => TransferResponse.Create(item.Record, item.Position.Part))], page.NextCursor));
    }
}
