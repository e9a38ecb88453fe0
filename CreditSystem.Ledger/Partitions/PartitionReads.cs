using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// What any thread may read of a partition's state, without waiting for its loop: accounts and holds, each as of its own last change,
/// and the records of the log. Nothing can be changed by it.
/// </summary>
internal sealed class PartitionReads(
    LedgerState.Reads state, RecordIndex records, RecentEntries entries, RecentLists lists, ColdAccounts cold)
{
    private readonly ListedRecords listed = new(records);

    /// <summary>What is listed of the latest blocks.</summary>
    public RecentLists Lists => lists;

    /// <summary>The accounts that are in memory.</summary>
    public IEnumerable<AccountState> Accounts => state.Accounts;

    public long KnownIds => records.Count;

    public long IdBytes => records.IdBytes;

    /// <summary>Null where it is not in memory.</summary>
    public AccountState? Account(Guid id) => state.Account(id);

    /// <summary>False: the log certainly has nothing with this id.</summary>
    public bool MayKnow(Guid id) => records.MayKnow(id);

    public ValueTask<LedgerRecord?> FindRecordAsync(Guid id, CancellationToken cancellationToken) =>
        records.FindAsync(id, cancellationToken);

    /// <summary>The entries of an account from one number to another that are in memory, in their places.</summary>
    public HistoryEntry?[] RecentEntries(Guid account, long first, long last) => entries.Read(account, first, last);

    /// <summary>The records of a block that have the id anywhere in them.</summary>
    public ValueTask<IReadOnlyList<LedgerRecord>> RecordsNamingAsync(long block, Guid id, CancellationToken cancellationToken) =>
        records.RecordsNamingAsync(block, id, cancellationToken);

    /// <summary>Blocks of the log by their numbers.</summary>
    public ValueTask<IReadOnlyDictionary<long, Block>> BlocksAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken) =>
        records.BlocksAsync(numbers, cancellationToken);

    /// <summary>The records at some places, by the places without a part.</summary>
    public ValueTask<Dictionary<ListPosition, LedgerRecord>> RecordsAtAsync(
        IEnumerable<ListPosition> places, CancellationToken cancellationToken) => listed.LoadAsync(places, cancellationToken);

    /// <summary>Where a record is in the log.</summary>
    public async ValueTask<ListPosition> PlaceOfAsync(LedgerRecord record, CancellationToken cancellationToken)
    {
        var all = await records.RecordsAsync(record.Block, cancellationToken);
        return new(record.Block, Array.FindIndex(all, one => one.Accepted && one.Command.Id == record.Command.Id), 0);
    }

    public async ValueTask<HoldState?> LoadHoldAsync(Guid id, CancellationToken cancellationToken) =>
        state.Hold(id) ?? await records.FindHoldAsync(id, cancellationToken);

    /// <summary>Those of some holds that there are, by their ids.</summary>
    public async ValueTask<IReadOnlyDictionary<Guid, HoldState>> LoadHoldsAsync(
        IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, HoldState>(ids.Count);
        foreach (var id in ids)
            if (state.Hold(id) is { } hold)
                found[id] = hold;
        if (found.Count < ids.Count)
            foreach (var (id, hold) in await records.FindHoldsAsync(ids.Where(id => !found.ContainsKey(id)), cancellationToken))
                found[id] = hold;
        return found;
    }

    public async ValueTask<ReversedAmount> LoadReversedAsync(Guid transfer, CancellationToken cancellationToken) =>
        state.Reversed(transfer) ?? await records.FindReversedAsync(transfer, cancellationToken);

    /// <summary>Those of some accounts that there are.</summary>
    /// <exception cref="ProjectionLostException">As of <see cref="LoadAccountAsync"/>.</exception>
    public async ValueTask<IReadOnlyDictionary<Guid, AccountState>> LoadAccountsAsync(
        IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, AccountState>(ids.Count);
        List<Guid> missing = [];
        foreach (var id in ids)
            if (state.Account(id) is { } account)
                found[id] = account;
            else if (records.MayKnow(id))
                missing.Add(id);
        if (missing.Count > 0)
            foreach (var account in await cold.LoadAsync(missing, cancellationToken))
                found[account.Id] = state.Account(account.Id) ?? account;
        return found;
    }

    /// <summary>The account from memory or from the projection; null where there is none.</summary>
    /// <exception cref="ProjectionLostException">The log has opened it, and the projection does not have it.</exception>
    public async ValueTask<AccountState?> LoadAccountAsync(Guid id)
    {
        if (state.Account(id) is { } account)
            return account;
        if (!records.MayKnow(id))
            return null;
        try
        {
            // Not kept: only the loop may put an account into memory, or it could be an older one than the loop's.
            if (await cold.ReadAsync(id, CancellationToken.None) is { } found)
                return state.Account(id) ?? found;
        }
        catch (ProjectionLostException) when (state.Account(id) is not null)
        {
            return state.Account(id);
        }
        account = state.Account(id);
        return account is not null || !await records.HasOpenedAsync(id, CancellationToken.None)
            ? account
            : throw new ProjectionLostException($"account {id} is not in the projection");
    }
}
