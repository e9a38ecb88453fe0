using System.ComponentModel;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Ledger.Commands.Accounts;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.Lists;

/// <summary>Accounts, the one that was opened last first.</summary>
/// <param name="Accounts">At most as many as were asked for; it may be fewer although there are more.</param>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record AccountPage(IReadOnlyList<AccountResponse> Accounts, string? NextCursor);

/// <summary>Which accounts are wanted.</summary>
internal sealed record AccountListQuery
{
    [FromQuery(Name = "holder"), Description("Only those of this holder.")]
    public string? Holder { get; init; }

    [FromQuery(Name = "asset"), Description("Only those in this asset.")]
    public string? Asset { get; init; }

    public ListParameters Parameters => new(LedgerList.Accounts, Asset, Holder);
}

internal static class AccountList
{
    public static async Task<Results<Ok<AccountPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, MetadataFilter metadata, ListBinder binder, ListService lists, CreditLedger ledger,
        [AsParameters] AccountListQuery query, [AsParameters] ListBounds bounds, CancellationToken cancellationToken)
    {
        if (!binder.Bind(caller, metadata, query.Parameters, bounds).TryGet(out var request, out var problem))
            return problem;
        if (request.Holder is { } holder)
            return PageOf(request, await lists.OfHolderAsync(caller.Tenant, holder, request.Query.Asset, cancellationToken));

        var current = new Dictionary<Guid, AccountState>();
        if (!(await lists.FindAsync(caller, request, CurrentAsync, cancellationToken)).TryGet(out var page, out problem))
            return problem;
        return TypedResults.Ok(
            new AccountPage([.. page.Items.Select(item => AccountResponse.From(current[IdOf(item)]))], page.NextCursor));

        // An account is found by what it has now, in the place where it got that.
        async ValueTask<IReadOnlyList<ListItem>> CurrentAsync(IReadOnlyList<ListItem> found, CancellationToken token)
        {
            foreach (var (id, account) in await ledger.PartitionOf(caller.Tenant).LoadAccountsAsync([.. found.Select(IdOf)], token))
                current[id] = account;
            return request.Query.Key is null
                ? found
                : [.. found.Where(item => IsCurrent(item, current[IdOf(item)], request.Query))];
        }
    }

    private static Results<Ok<AccountPage>, ProblemHttpResult> PageOf(ListRequest request, List<AccountState> ofHolder)
    {
        var (query, before) = (request.Query, ListPlace.ReadStatus(request.Page.Place));
        if (before is null && request.Page.Place is not null)
            return Page.Invalid();
        var wanted = ofHolder.Where(account => !(PlaceOf(account) >= before) && !(account.OpenedAt < query.From)
            && !(account.OpenedAt >= query.Until) && HasAll(account, query)).OrderByDescending(PlaceOf).ToList();
        var page = wanted.Take(request.Page.Limit).ToList();
        return TypedResults.Ok(new AccountPage(
            [.. page.Select(AccountResponse.From)],
            page.Count < wanted.Count ? request.Page.CursorAt(ListPlace.Of(PlaceOf(page[^1]))) : null));
    }

    private static bool IsCurrent(ListItem item, AccountState account, ListQuery query) =>
        account.ChangedIn == (item.Opened is null ? item.Position.Block : 0) && HasAll(account, query);

    private static StatusPosition PlaceOf(AccountState account) => new(account.OpenedAt, account.Id);

    private static Guid IdOf(ListItem item) => item.Opened?.Id ?? item.Posting!.Entries[0].Account;

    private static bool HasAll(AccountState account, ListQuery query)
    {
        var members = MetadataPatch.Read(account.Metadata).ToDictionary(StringComparer.Ordinal);
        return query.Metadata?.All(wanted => members.GetValueOrDefault(wanted.Key) == wanted.Value) ?? true;
    }
}
