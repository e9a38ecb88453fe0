using CreditSystem.Api.Features.Accounts;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Log;

namespace CreditSystem.Api.Features.Lists;

/// <param name="NextCursor">Where the next page begins; null on the last one.</param>
internal sealed record FoundPage(IReadOnlyList<ListItem> Items, string? NextCursor);

/// <summary>Finds a page of a list: by a reference, on accounts, or in all that the tenant has.</summary>
internal sealed class ListService(CreditLedger ledger, AccountLookup accounts, IOptions<LedgerOptions> options)
{
    public async Task<Validated<FoundPage>> FindAsync(
        RequestCaller caller, ListRequest request, ListFilter? filter, CancellationToken cancellationToken)
    {
        IReadOnlyList<AccountState>? own = null;
        // With a reference, the holder is who gave it.
        if ((request.Account is not null || request.Holder is not null && request.Reference is null)
            && !(await AccountsAsync(caller, request, cancellationToken)).TryGet(out own, out var problem))
            return problem;
        if (request.Reference is { } reference)
            // One page at most, so there is no cursor of it.
            return request.Page.Place is null
                ? await ByReferenceAsync(caller, request, reference, own, filter, cancellationToken)
                : Page.Invalid();
        if (request is { Account: not null, Holder: { } asked } && own is [{ } only] && !IsAsked(asked, only.Holder))
        {
            // Of another holder: what is between the two, which only a transfer can be.
            if (request.Query.List != LedgerList.Transfers)
                return new FoundPage([], null);
            filter = Touching(await OfHolderAsync(caller.Tenant, asked, request.Query.Asset, cancellationToken), filter);
        }
        if (!IsStoredByStatus(request.Query, own))
            return await ReadAsync(request, own, filter, cancellationToken);
        var position = ListPlace.ReadStatus(request.Page.Place);
        var query = request.Query with { Accounts = own?.Select(account => account.Id).ToList() };
        if ((position is not null || request.Page.Place is null)
            && await ledger.ListByStatusAsync(query, position, request.Page.Limit, filter, cancellationToken) is { } page)
            return new FoundPage(page.Items, page.Next is { } next ? request.Page.CursorAt(ListPlace.Of(next)) : null);
        // Not all statuses are stored yet, or were not when the first page was read: all of the list is looked through.
        return position is { } known
            ? await ReadAsync(Before(request, known), own, Before(known, filter), cancellationToken)
            : await ReadAsync(request, own, filter, cancellationToken);
    }

    private static bool IsStoredByStatus(ListQuery query, IReadOnlyList<AccountState>? own) =>
        query.List is LedgerList.Holds or LedgerList.Grants && (own is not null || query is { Status: not null, Key: null });

    private static ListRequest Before(ListRequest request, StatusPosition position)
    {
        var until = Math.Min(request.Query.Until ?? long.MaxValue, Math.Min(position.CreatedAt, long.MaxValue - 1) + 1);
        return request with { Page = request.Page.First(), Query = request.Query with { Until = until } };
    }

    private static ListFilter Before(StatusPosition position, ListFilter? filter) => async (found, cancellationToken) =>
    {
        List<ListItem> before = [.. found.Where(item => StatusPosition.Of(item.Record) < position)];
        return filter is null || before.Count == 0 ? before : await filter(before, cancellationToken);
    };

    private static ListFilter Touching(IReadOnlyList<AccountState> own, ListFilter? filter) => async (found, cancellationToken) =>
    {
        List<ListItem> touching = [.. found.Where(item => IsOn(LedgerList.Transfers, own, item))];
        return filter is null || touching.Count == 0 ? touching : await filter(touching, cancellationToken);
    };

    private static bool IsOn(LedgerList list, IReadOnlyList<AccountState> own, ListItem item) =>
        own.Any(account => item.IsOn(list, account.Id));

    private async Task<Validated<FoundPage>> ReadAsync(
        ListRequest request, IReadOnlyList<AccountState>? own, ListFilter? filter, CancellationToken cancellationToken)
    {
        if (own is not null)
            return await OnAccountsAsync(request, own, filter, cancellationToken);
        if (!ListPlace.TryRead(request.Page.Place, out ListPosition? before))
            return Page.Invalid();
        var page = await ledger.ListAsync(request.Query, before, request.Page.Limit, filter, cancellationToken);
        return new FoundPage(page.Items, page.Next is { } next ? request.Page.CursorAt(ListPlace.Of(next)) : null);
    }

    /// <summary>All accounts of a holder, newest first: there is at most one in each asset.</summary>
    public async Task<List<AccountState>> OfHolderAsync(string tenant, string holder, string? asset, CancellationToken cancellationToken)
    {
        IEnumerable<string> assets = asset is null ? options.Value.AssetsOf(tenant) : [asset];
        // A text that named an account before names were brought to one form names it still.
        var names = new[] { holder, Identifier.Normalize(holder) }.Distinct().ToList();
        var ids = assets.SelectMany(one => names.Select(name => LedgerId.ForAccount(tenant, name, one))).ToList();
        var partition = ledger.PartitionOf(tenant);
        await partition.SynchronizeAsync();
        return [.. (await partition.LoadAccountsAsync(ids, cancellationToken)).Values.OrderByDescending(account => account.OpenedAt)
            .ThenBy(account => account.Id)];
    }

    private async Task<Validated<IReadOnlyList<AccountState>>> AccountsAsync(
        RequestCaller caller, ListRequest request, CancellationToken cancellationToken)
    {
        if (request.Account is null)
            return await OfHolderAsync(caller.Tenant, request.Holder!, request.Query.Asset, cancellationToken);
        var found = await accounts.FindAsync(caller, new AccountQuery { Id = request.Account, Asset = request.Query.Asset });
        return found.TryGet(out var own, out var problem) ? new[] { own } : problem;
    }

    private async Task<Validated<FoundPage>> OnAccountsAsync(
        ListRequest request, IReadOnlyList<AccountState> own, ListFilter? filter, CancellationToken cancellationToken)
    {
        if (!ListPlace.TryRead(request.Page.Place, [.. own.Select(HistoryPosition.End)], out var from))
            return Page.Invalid();
        try
        {
            var page = await ledger.ListAsync(request.Query, own, from, request.Page.Limit, filter, cancellationToken);
            return new FoundPage(page.Items, page.Next is { } next ? request.Page.CursorAt(ListPlace.Of(next)) : null);
        }
        catch (LedgerCorruptException) when (request.Page.Place is not null)
        {
            // A place that nobody was given.
            return Page.Invalid();
        }
    }

    private async Task<FoundPage> ByReferenceAsync(
        RequestCaller caller, ListRequest request, string reference, IReadOnlyList<AccountState>? own, ListFilter? filter,
        CancellationToken cancellationToken)
    {
        var items = new List<ListItem>();
        var holder = request.Holder is null ? null : Identifier.Normalize(request.Holder);
        foreach (var id in (Guid[])[
            LedgerId.ForReference(caller.Tenant, holder, reference), LedgerId.ForReference(caller.Tenant, reference)])
            if (await ledger.FindRecordAsync(caller.Tenant, id, cancellationToken) is { Accepted: true } record
                && IsAsked(request.Holder, record.Command.Holder))
                for (var i = 0; i < record.Postings.Length; i++)
                    if (IsNamed(record, i, reference) && !items.Exists(item => item.Record.Command.Id == record.Command.Id))
                        items.Add(new ListItem(record, new ListPosition(record.Block, 0, i)));
        items.RemoveAll(item => !request.Query.Accepts(item));
        if (own is not null)
            items.RemoveAll(item => !IsOn(request.Query.List, own, item));
        return new FoundPage(filter is null ? items : await filter(items, cancellationToken), null);
    }

    /// <summary>Whether the name is the one that is asked for, in whatever form that is written; any is where none is.</summary>
    private static bool IsAsked(string? asked, string? name) =>
        asked is null || name == asked || name == Identifier.Normalize(asked);

    private static bool IsNamed(LedgerRecord record, int posting, string reference) =>
        record.Details(posting).Reference is { } own && Identifier.Normalize(own) == Identifier.Normalize(reference);
}
