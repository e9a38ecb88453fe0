using System.ComponentModel;
using CreditSystem.Api.Features.Grants;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Lists;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.Lists;

/// <summary>Which grants are wanted.</summary>
internal sealed record GrantListQuery
{
    [FromQuery(Name = "account"), Description("Only those that were given to this account.")]
    public string? Account { get; init; }

    [FromQuery(Name = "holder"), Description("Only those of this holder's accounts; with reference, those that it issued.")]
    public string? Holder { get; init; }

    [FromQuery(Name = "asset"), Description("Only those in this asset.")]
    public string? Asset { get; init; }

    [FromQuery(Name = "status"), Description("pending, active, used, expired or voided.")]
    public string? Status { get; init; }

    [FromQuery(Name = "reference"), Description("The one with this reference.")]
    public string? Reference { get; init; }

    [FromQuery(Name = "created[gte]"), Description(ListText.From)]
    public string? CreatedFrom { get; init; }

    [FromQuery(Name = "created[lt]"), Description(ListText.Until)]
    public string? CreatedUntil { get; init; }

    [FromQuery(Name = "cursor"), Description(ListText.Cursor)]
    public string? Cursor { get; init; }

    [FromQuery(Name = "limit"), Description(ListText.Limit)]
    public int? Limit { get; init; }

    public ListParameters Parameters => new(
        LedgerList.Grants, Cursor, Limit, CreatedFrom, CreatedUntil, Asset, null, Holder, Account, Reference);
}

internal static class GrantList
{
    private static readonly string[] Statuses = ["pending", "active", "used", "expired", "voided"];

    public static async Task<Results<Ok<GrantPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, MetadataFilter metadata, ListBinder binder, ListService lists, CreditLedger ledger, FoundGrant grants,
        [AsParameters] GrantListQuery query, CancellationToken cancellationToken)
    {
        if (query.Status is not null && !Statuses.Contains(query.Status))
            return ApiProblems.BadRequest("invalid_status", $"status must be one of {string.Join(", ", Statuses)}.");
        if (!binder.Bind(caller, metadata, query.Parameters).TryGet(out var request, out var problem))
            return problem;
        var states = new Dictionary<Guid, GrantResponse>();
        if (!(await lists.FindAsync(caller, request, WithStatusAsync, cancellationToken)).TryGet(out var page, out problem))
            return problem;
        return TypedResults.Ok(new GrantPage([.. page.Items.Select(item => states[item.Record.Command.Id])], page.NextCursor));

        async ValueTask<IReadOnlyList<ListItem>> WithStatusAsync(IReadOnlyList<ListItem> found, CancellationToken token)
        {
            var accounts = await ledger.PartitionOf(caller.Tenant).LoadAccountsAsync(
                [.. found.Select(item => item.Posting!.Credit.Account).Distinct()], token);
            var kept = new List<ListItem>();
            foreach (var item in found)
            {
                var state = await grants.ReadAsync(item.Record, accounts[item.Posting!.Credit.Account], token);
                states[item.Record.Command.Id] = state;
                if (query.Status is null || state.Status == query.Status)
                    kept.Add(item);
            }
            return kept;
        }
    }
}
