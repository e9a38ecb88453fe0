using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Lists.Statuses;

/// <summary>
/// Stores which holds and grants have which status, a document for the tenant and one for the account, so that a page of one status
/// costs the same however many have another. What is written follows from the state of the accounts, so it can be written again, in any
/// order.
/// </summary>
internal sealed class StatusProjection(IProjectionStore projections)
{
    private const int ItemsPerWrite = 500;

    private static readonly ListStatus[] Ended = [ListStatus.Captured, ListStatus.Voided, ListStatus.Expired, ListStatus.Used];

    public async Task WriteAsync(IReadOnlyList<StatusChange> changes, PartitionReads reads, CancellationToken cancellationToken)
    {
        foreach (var items in changes.GroupBy(change => (change.List, change.Position)).Chunk(ItemsPerWrite))
        {
            var accounts = await AccountsAsync(items.SelectMany(item => item.Select(change => change.Account)), reads, cancellationToken);
            var due = items.Where(item => MayHaveMoved(item, accounts)).ToList();
            var keys = due.SelectMany(item => StatusesOf(item.Key.List).Select(status => Key(item.First(), status))).ToList();
            var stored = (await projections.FindAsync(keys, cancellationToken)).ToLookup(row => row.Position);
            var (added, removed) = (new List<(StatusRow Row, StatusRow Twin)>(), new List<(StatusRow Row, StatusRow Twin)>());
            foreach (var item in due)
                if (await TargetAsync([.. item], stored[item.Key.Position], reads, accounts, cancellationToken) is { } target
                    // What another replica, which has come further, has stored of it stays.
                    && !stored[item.Key.Position].Any(row => row.Last > target[0].Last))
                {
                    added.AddRange(target.Except(stored[item.Key.Position]).Select(row => (row, TwinOf(item.First(), row))));
                    removed.AddRange(stored[item.Key.Position].Where(row => !target.Exists(one => one.Term == row.Term))
                        .Select(row => (row, TwinOf(item.First(), row))));
                }
            // What ends half-way is written again by what is stored for the tenant: that comes last.
            await WriteAsync(added.ConvertAll(one => one.Twin), removed.ConvertAll(one => one.Twin), cancellationToken);
            await WriteAsync(added.ConvertAll(one => one.Row), removed.ConvertAll(one => one.Row), cancellationToken);
        }
    }

    /// <summary>Which of some ended grants or holds ended how, as far as that is stored.</summary>
    public async Task<Dictionary<Guid, ListStatus>> EndedAsync(
        string tenant, LedgerList list, IEnumerable<StatusPosition> items, CancellationToken cancellationToken)
    {
        var statuses = Ended.ToDictionary(status => ListTerms.Of(tenant, list, status));
        var keys = items.SelectMany(item => statuses.Keys.Select(term => new StatusRow(term, item, default, default, default))).ToList();
        var found = new Dictionary<Guid, ListStatus>();
        if (keys.Count > 0)
            foreach (var row in await projections.FindAsync(keys, cancellationToken))
                found[row.Position.Id] = statuses[row.Term];
        return found;
    }

    /// <summary>Those of the changes, without exception: what is missing must not be taken for over.</summary>
    private static async Task<IReadOnlyDictionary<Guid, AccountState>> AccountsAsync(
        IEnumerable<Guid> ids, PartitionReads reads, CancellationToken cancellationToken)
    {
        List<Guid> wanted = [.. ids.Distinct()];
        var found = await reads.LoadAccountsAsync(wanted, cancellationToken);
        if (found.Count == wanted.Count)
            return found;
        var all = new Dictionary<Guid, AccountState>(found);
        foreach (var id in wanted)
            if (!all.ContainsKey(id))
                all[id] = await reads.LoadAccountAsync(id)
                    ?? throw new ProjectionLostException($"account {id} is in the log but not in the projection");
        return all;
    }

    // Most of what happens to a grant leaves something of it: nothing is asked for that.
    private static bool MayHaveMoved(IEnumerable<StatusChange> item, IReadOnlyDictionary<Guid, AccountState> accounts) => item.Any(change =>
        change.List == LedgerList.Holds || change.Status == ListStatus.Open || !IsOpen(change, accounts));

    /// <summary>The rows that there should be; null where it is not known what it is about.</summary>
    private static async Task<List<StatusRow>?> TargetAsync(
        List<StatusChange> item, IEnumerable<StatusRow> stored, PartitionReads reads,
        IReadOnlyDictionary<Guid, AccountState> accounts, CancellationToken cancellationToken)
    {
        var created = item.Find(change => change.IsNew);
        var (place, account) = created.IsNew ? (created.Made, created.Account)
            : stored.FirstOrDefault() is { } known ? (known.Place, known.Account)
            : await FindAsync(item[0], reads, cancellationToken);
        // What came of a grant to others is not the grant.
        var last = item.FindLast(change => change.Account == account);
        if (last.Tenant is null)
            return null;
        // One that is over here, and not in these blocks, is still open for a replica that has come no further than they go.
        if (last.Status == ListStatus.Open || IsOpen(last, accounts))
        {
            var pending = ListTerms.Of(last.Tenant, last.List, ListStatus.Pending);
            var isScheduled = created.IsScheduled || stored.Any(row => row.Term == pending);
            return [Row(ListStatus.Open), .. isScheduled ? [Row(ListStatus.Pending)] : Array.Empty<StatusRow>()];
        }
        return [Row(last.Status)];

        StatusRow Row(ListStatus status) =>
            new(ListTerms.Of(last.Tenant, last.List, status), last.Position, account, place, last.Made);
    }

    /// <summary>Where it was created, and on what account; of an empty place and none where it was not.</summary>
    private static async Task<(ListPosition Place, Guid Account)> FindAsync(
        StatusChange change, PartitionReads reads, CancellationToken cancellationToken) =>
        await reads.FindRecordAsync(change.Position.Id, cancellationToken) is { Accepted: true } record
        && record.Command.Id == change.Position.Id && record.Command.Listed == change.List
            ? (await reads.PlaceOfAsync(record, cancellationToken), record.Hold?.Account ?? record.Postings[0].Credit.Account)
            : default;

    private static bool IsOpen(StatusChange change, IReadOnlyDictionary<Guid, AccountState> accounts) =>
        accounts.TryGetValue(change.Account, out var account) && change.IsOpenOn(account);

    private static IEnumerable<ListStatus> StatusesOf(LedgerList list) => list == LedgerList.Holds
        ? [ListStatus.Open, ListStatus.Captured, ListStatus.Voided, ListStatus.Expired]
        : [ListStatus.Open, ListStatus.Pending, ListStatus.Used, ListStatus.Voided, ListStatus.Expired];

    /// <summary>Of the account what a row is of the tenant.</summary>
    private static StatusRow TwinOf(StatusChange item, StatusRow row) => row with
    {
        Term = ListTerms.Of(
            row.Account, item.List, StatusesOf(item.List).First(status => ListTerms.Of(item.Tenant, item.List, status) == row.Term)),
    };

    private async Task WriteAsync(List<StatusRow> added, List<StatusRow> removed, CancellationToken cancellationToken)
    {
        if (added.Count + removed.Count > 0)
            await projections.WriteAsync(added, removed, cancellationToken);
    }

    private static StatusRow Key(StatusChange item, ListStatus status) =>
        new(ListTerms.Of(item.Tenant, item.List, status), item.Position, default, default, default);
}
