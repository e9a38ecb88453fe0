using System.ComponentModel;
using CreditSystem.Api.Features.Grants;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
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

    [FromQuery(Name = "status"), AllowedValues("pending", "active", "used", "expired", "voided")]
    [Description("Only those that are so now.")]
    public string? Status { get; init; }

    [FromQuery(Name = "reference"), Description("The one with this reference.")]
    public string? Reference { get; init; }

    public ListParameters Parameters => new(LedgerList.Grants, Asset, Holder, Account, Reference);
}

internal static class GrantList
{
    private static readonly Dictionary<string, ListStatus> Statuses = new()
    {
        ["pending"] = ListStatus.Pending,
        ["active"] = ListStatus.Open,
        ["used"] = ListStatus.Used,
        ["expired"] = ListStatus.Expired,
        ["voided"] = ListStatus.Voided,
    };

    public static async Task<Results<Ok<GrantPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, MetadataFilter metadata, ListBinder binder, ListService lists, CreditLedger ledger, FoundGrant grants,
        [AsParameters] GrantListQuery query, [AsParameters] ListBounds bounds, CancellationToken cancellationToken)
    {
        if (query.Status is not null && !Statuses.ContainsKey(query.Status))
            return ApiProblems.BadRequest("invalid_status", $"status must be one of {string.Join(", ", Statuses.Keys)}.");
        if (!binder.Bind(caller, metadata, query.Parameters, bounds).TryGet(out var request, out var problem))
            return problem;
        request = request with { Query = request.Query with { Status = query.Status is null ? null : Statuses[query.Status] } };
        var states = new Dictionary<Guid, GrantResponse>();
        if (!(await lists.FindAsync(caller, request, WithStatusAsync, cancellationToken)).TryGet(out var page, out problem))
            return problem;
        return TypedResults.Ok(new GrantPage([.. page.Items.Select(item => states[item.Record.Command.Id])], page.NextCursor));

        async ValueTask<IReadOnlyList<ListItem>> WithStatusAsync(IReadOnlyList<ListItem> found, CancellationToken token)
        {
            var accounts = await ledger.PartitionOf(caller.Tenant).LoadAccountsAsync(
                [.. found.Select(item => item.Posting!.Credit.Account).Distinct()], token);
            foreach (var state in await grants.ReadAsync([.. found.Select(item => item.Record)], accounts, token))
                states[state.Id] = state;
            return [.. found.Where(item => query.Status is null || states[item.Record.Command.Id].Status == query.Status)];
        }
    }
}
