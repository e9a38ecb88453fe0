using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// All that a partition keeps in memory: what its blocks add up to, in which block each id is, and what of it has not been written to
/// the projection yet. <see cref="PartitionEngine"/> alone refers to it, and lends it for one call at a time to those who decide,
/// replay and write. It is made anew when everything is worked out again.
/// </summary>
internal sealed partial class PartitionState
{
    private readonly RecentEntries entries;
    private readonly RecentLists lists;
    private readonly ColdAccounts cold;
    private readonly SharedAllowance.Share allowance;
    private readonly Backlog unprojected;
    private readonly Backlog toReplay;
    private readonly TimeProvider time;
    private readonly HashSet<(string Tenant, string Asset)> loadedAssets = [];

    public PartitionState(
        RecordIndex records, RecentEntries entries, RecentLists lists, ColdAccounts cold, SharedAllowance.Share allowance,
        TimeProvider time)
    {
        (Records, this.entries, this.lists, this.cold, this.allowance, this.time) = (records, entries, lists, cold, allowance, time);
        (unprojected, toReplay) = (new Backlog(time), new Backlog(time));
        LastChange = time.GetTimestamp();
        Reads = new PartitionReads(Ledger.View, records, entries, lists, cold);
    }

    public LedgerState Ledger { get; } = new();

    public RecordIndex Records { get; }

    /// <summary>For other threads.</summary>
    public PartitionReads Reads { get; }

    /// <summary>Whether it is known after which block it resumes.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Why the projection is not to be relied on; null while it is.</summary>
    public string? Lost { get; private set; }

    /// <summary>Whether accounts have left memory.</summary>
    public bool HasEvicted { get; private set; }

    /// <summary>Records since the last resume point began; decides when the next one is due.</summary>
    public long Tail { get; private set; }

    /// <summary>The timestamp of the last block.</summary>
    public long LastChange { get; private set; }

    /// <summary>The block up to which ids have been written.</summary>
    public long Covered { get; private set; }

    /// <summary>Whether the ids of all blocks have been written.</summary>
    public bool IsCovered => Covered >= Ledger.Head;

    /// <summary>The block that accounts and entries have been written as of.</summary>
    public long Checkpointed => cold.Block;

    /// <summary>Whether there is something that a checkpoint would write.</summary>
    public bool IsBehind => Ledger.Head > Checkpointed;

    /// <summary>
    /// Whether entries of blocks that were not replayed are not written: until then their accounts' histories are read from the log.
    /// </summary>
    public bool IsBehindStart => Ledger.Start > Checkpointed;

    /// <summary>How many accounts have changed since the last checkpoint was begun.</summary>
    public int ChangedCount => Ledger.ChangedCount;

    /// <summary>How many have changed since the last page was begun.</summary>
    public int UnpagedCount => Ledger.UnpagedCount;

    public bool IsOverLimit => Ledger.AccountCount > allowance.Limit;

    /// <summary>Whether what has changed and is not written is more than there is room for.</summary>
    public bool IsChangedOverLimit => Ledger.ChangedCount > allowance.Limit;

    /// <summary>Whether what waits for a checkpoint takes half of what there is room for.</summary>
    public bool IsFilling => Ledger.ChangedCount > allowance.Limit / 2 || entries.IsHalfFull;

    public PartitionStatus Status => new(
        Ledger.Head, Ledger.Start, Ledger.AccountCount, unprojected.Records, unprojected.Since, toReplay.Records);

    /// <summary>
    /// Resumes after a block that ids have been written up to; 0 for the first block of the log. Accounts that have changed since
    /// <paramref name="checkpointed"/> are in memory.
    /// </summary>
    public void ResumeAfter(long block, long checkpointed)
    {
        (Covered, paged) = (block, block);
        lists.StartAfter(block);
        cold.RelyOn(checkpointed);
        cold.Forget();
        // How many records they are of is not known.
        if (block > checkpointed)
            unprojected.Add(block, Math.Max(1, Ledger.ChangedCount));
        IsStarted = true;
    }

    /// <summary>Takes over what has been decided for a block, or read in it, once it is in the log.</summary>
    public void Apply(Block block, LedgerView view, IReadOnlyList<LedgerRecord> records)
    {
        Ledger.Advance(view, block.At, block.Hash);
        Records.Add(block, records);
        entries.Add(block.Number, records);
        lists.Add(block.Number, block.At, records);
        Tail += records.Count;
        LastChange = time.GetTimestamp();
        unprojected.Add(block.Number, records.Count);
        toReplay.Add(block.Number, records.Count);
        allowance.Report(Ledger.AccountCount);
    }

    /// <summary>Brings accounts into memory that the log has opened.</summary>
    /// <returns>How many had to be read.</returns>
    public async Task<int> LoadAsync(IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var missing = ids.Where(id => Ledger.Account(id) is null && Records.MayKnow(id)).ToHashSet();
        if (missing.Count == 0)
            return 0;
        foreach (var account in await cold.LoadAsync(missing, cancellationToken))
            Ledger.Load(account);
        foreach (var id in missing)
            if (Ledger.Account(id) is null && await Records.HasOpenedAsync(id, cancellationToken))
                throw new ProjectionLostException($"account {id} is in the log but not in the projection");
        return missing.Count;
    }

    /// <summary>
    /// Brings the system accounts of assets into memory, which they never leave: which of them an outcome touches follows from the rules.
    /// </summary>
    public async Task LoadSystemAccountsAsync(HashSet<(string Tenant, string Asset)> assets, CancellationToken cancellationToken)
    {
        assets.ExceptWith(loadedAssets);
        if (assets.Count == 0)
            return;
        await LoadAsync(
            [.. assets.SelectMany(asset =>
            SystemAccounts.All.Select(system => LedgerId.ForSystemAccount(asset.Tenant, system, asset.Asset)))],
            cancellationToken);
        loadedAssets.UnionWith(assets);
    }

    /// <summary>Forgets cold accounts, down to what there is room for.</summary>
    public void Evict()
    {
        HasEvicted = true;
        var most = (int)Math.Min(allowance.Limit, int.MaxValue);
        if (Ledger.AccountCount > most)
            cold.Forget();
        Ledger.Evict(most);
        allowance.Report(Ledger.AccountCount);
    }
}
