using System.ComponentModel;
using CreditSystem.Api.Features.Holds;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.Lists;

/// <summary>Holds, the one that was placed last first.</summary>
/// <param name="Holds">At most as many as were asked for; it may be fewer although there are more.</param>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record HoldPage(IReadOnlyList<HoldResponse> Holds, string? NextCursor);

/// <summary>Which holds are wanted.</summary>
internal sealed record HoldListQuery
{
    [FromQuery(Name = "account"), Description("Only those on this account.")]
    public string? Account { get; init; }

    [FromQuery(Name = "holder"), Description("Only those on this holder's accounts; with reference, those that it placed.")]
    public string? Holder { get; init; }

    [FromQuery(Name = "asset"), Description("Only those in this asset.")]
    public string? Asset { get; init; }

    [FromQuery(Name = "status"), AllowedValues("active", "captured", "voided", "expired"), Description("Only those that are so now.")]
    public string? Status { get; init; }

    [FromQuery(Name = "reference"), Description("The one with this reference.")]
    public string? Reference { get; init; }

    public ListParameters Parameters => new(LedgerList.Holds, Asset, Holder, Account, Reference);
}

internal static class HoldList
{
    private static readonly string[] Statuses = [.. Enum.GetValues<HoldStatus>().Select(WireNames.From)];

    public static async Task<Results<Ok<HoldPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, MetadataFilter metadata, ListBinder binder, ListService lists, CreditLedger ledger, TimeProvider time,
        [AsParameters] HoldListQuery query, [AsParameters] ListBounds bounds, CancellationToken cancellationToken)
    {
        if (query.Status is not null && !Statuses.Contains(query.Status))
            return ApiProblems.BadRequest("invalid_status", $"status must be one of {string.Join(", ", Statuses)}.");
        if (!binder.Bind(caller, metadata, query.Parameters, bounds).TryGet(out var request, out var problem))
            return problem;
        request = request with { Query = request.Query with { Status = query.Status is null ? null : StatusOf(query.Status) } };
        var (partition, states) = (ledger.PartitionOf(caller.Tenant), new Dictionary<Guid, HoldState>());
        if (!(await lists.FindAsync(caller, request, WithStatusAsync, cancellationToken)).TryGet(out var page, out problem))
            return problem;
        return TypedResults.Ok(new HoldPage(
            [.. page.Items.Select(item => HoldResponse.From(states[item.Record.Command.Id], item.Record))], page.NextCursor));

        async ValueTask<IReadOnlyList<ListItem>> WithStatusAsync(IReadOnlyList<ListItem> found, CancellationToken token)
        {
            var accounts = await partition.LoadAccountsAsync([.. found.Select(item => item.Record.Hold!.Account).Distinct()], token);
            List<ListItem> possible = [.. found.Where(
                item => item.Record.Hold is { } placed && (query.Status is null || MayBe(query.Status, placed, accounts)))];
            var current = await partition.LoadHoldsAsync(
                [.. possible.Where(item => item.Hold is null).Select(item => item.Record.Hold!.Id).Distinct()], token);
            var kept = new List<ListItem>();
            foreach (var item in possible)
            {
                var placed = item.Record.Hold!;
                var state = AsOfNow(item.Hold ?? current.GetValueOrDefault(placed.Id) ?? placed);
                states[placed.Id] = state;
                if (query.Status is null || WireNames.From(state.Status) == query.Status)
                    kept.Add(item);
            }
            return kept;
        }

        // What has expired is posted when somebody looks at the account; it is over before that.
        HoldState AsOfNow(HoldState hold) =>
            hold.Status == HoldStatus.Active && hold.ExpiresAt <= time.GetUtcNow().ToUnixTimeMilliseconds()
                ? hold with { Status = HoldStatus.Expired, Reservations = [] }
                : hold;
    }

    private static ListStatus StatusOf(string status) => status switch
    {
        "captured" => ListStatus.Captured,
        "voided" => ListStatus.Voided,
        "expired" => ListStatus.Expired,
        _ => ListStatus.Open,
    };

    // The account knows its active ones, which is far cheaper than to look for how another one ended.
    private static bool MayBe(string status, HoldState placed, IReadOnlyDictionary<Guid, AccountState> accounts)
    {
        var isOpen = accounts.TryGetValue(placed.Account, out var account) && Array.Exists(account.Holds, open => open.Id == placed.Id);
        return status switch { "active" => isOpen, "expired" => true, _ => !isOpen };
    }
}
