using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// In which block each id of a partition is, and the records of its latest blocks. Any thread may look; the partition's loop adds.
/// </summary>
internal sealed class RecordIndex(int partition, IBlockStore store, SharedAllowance.Share allowance)
{
    private readonly IdIndex index = new();
    private readonly Dictionary<long, Block> recent = [];
    private readonly Queue<Block> order = new();
    private readonly Lock gate = new();
    private long kept;

    // What is asked for again and again is mostly a batch that is repeated.
    private volatile VisitedBlock? last;

    /// <summary>Ids that are not in the projection yet, by block.</summary>
    public PendingIds Pending { get; } = new();

    /// <summary>The record that has the id as its command, as one of its postings, or as a reference.</summary>
    public async ValueTask<LedgerRecord?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (Candidates(id) is { } blocks)
            foreach (var number in blocks)
                if (await FindAsync(number, id, cancellationToken) is { } record)
                    return record;
        return null;
    }

    /// <summary>The hold as its last record left it; null where there is none.</summary>
    public async ValueTask<HoldState?> FindHoldAsync(Guid id, CancellationToken cancellationToken) =>
        Latest(id) is { } block
            ? (await RecordsNamingAsync(block, id, cancellationToken)).LastOrDefault(record => record.Hold?.Id == id)?.Hold
            : null;

    /// <summary>How much of a transfer has been reversed.</summary>
    public async ValueTask<long> FindReversedAsync(Guid transfer, CancellationToken cancellationToken) =>
        Latest(transfer) is { } block
            ? (await RecordsNamingAsync(block, transfer, cancellationToken))
                .LastOrDefault(record => record.ReversedTransfer == transfer)?.Reversed ?? 0
            : 0;

    /// <summary>Whether the log opened the account.</summary>
    public async ValueTask<bool> HasOpenedAsync(Guid account, CancellationToken cancellationToken)
    {
        if (Candidates(account) is { } blocks)
            foreach (var number in blocks)
            {
                var naming = await RecordsNamingAsync(number, account, cancellationToken);
                if (naming.Any(record => Array.Exists(record.Opened, opened => opened.Id == account)))
                    return true;
            }
        return false;
    }

    /// <summary>False: the log certainly has nothing with this id.</summary>
    public bool MayKnow(Guid id)
    {
        lock (gate)
            return index.MayContain(id);
    }

    public int Count
    {
        get
        {
            lock (gate)
                return index.Count;
        }
    }

    /// <summary>
    /// The records of a block that name an id in any of their members. A record names its references by their text, not by their ids.
    /// </summary>
    public async ValueTask<IReadOnlyList<LedgerRecord>> RecordsNamingAsync(long number, Guid id, CancellationToken cancellationToken) =>
        (await RequireAsync(number, cancellationToken)).RecordsNaming(id);

    /// <summary>All records of a block.</summary>
    public async ValueTask<LedgerRecord[]> RecordsAsync(long number, CancellationToken cancellationToken) =>
        (await RequireAsync(number, cancellationToken)).ReadRecords();

    /// <summary>Takes note of a block that is in the log now.</summary>
    /// <param name="block">The block, of which the bytes are kept as long as there is room.</param>
    /// <param name="records">Its records.</param>
    public void Add(Block block, IReadOnlyList<LedgerRecord> records)
    {
        lock (gate)
        {
            foreach (var record in records)
                Index(record, block.Number);
            recent[block.Number] = block;
            order.Enqueue(block);
            kept += block.Content.Length;
            while (kept > allowance.Limit && order.Count > 1)
                Forget(order.Dequeue());
            allowance.Report(kept);
        }
    }

    public void Add(IdSegment segment)
    {
        lock (gate)
            segment.AddTo(index);
        Pending.DropUpTo(segment.Last);
    }

    public void Clear()
    {
        lock (gate)
        {
            index.Clear();
            recent.Clear();
            order.Clear();
            last = null;
            kept = 0;
            allowance.Report(0);
            Pending.DropUpTo(long.MaxValue);
        }
    }

    private async ValueTask<LedgerRecord?> FindAsync(long number, Guid id, CancellationToken cancellationToken)
    {
        var visited = last;
        if (visited?.Block.Number != number)
            last = visited = new VisitedBlock(await RequireAsync(number, cancellationToken));
        return visited.Find(record => Has(record, id), id);
    }

    private Block? Recent(long number)
    {
        lock (gate)
            return recent.GetValueOrDefault(number);
    }

    private async ValueTask<Block> RequireAsync(long number, CancellationToken cancellationToken) =>
        Recent(number) ?? await ReadAsync(number, cancellationToken)
        ?? throw new LedgerCorruptException($"block {number} of partition {partition} is missing", number);

    private void Forget(Block block)
    {
        recent.Remove(block.Number);
        kept -= block.Content.Length;
    }

    // That the storage fails is no fault of what is looked for.
    private async Task<Block?> ReadAsync(long number, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync(partition, number, cancellationToken);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or LedgerCorruptException))
        {
            throw new LedgerUnavailableException("The log cannot be read now.", LedgerUnavailableReason.Storage, exception);
        }
    }

    private void Index(LedgerRecord record, long number)
    {
        Add(record.Command.Id, number);
        foreach (var posting in record.Postings)
            if (posting.Id != record.Command.Id)
                Add(posting.Id, number);
        foreach (var alias in record.Command.Aliases(record))
            Add(alias, number);
        foreach (var opened in record.Opened)
            Add(opened.Id, number);
        if (record.Hold is { } hold)
            SetLatest(hold.Id, number);
        if (record.ReversedTransfer is { } transfer)
            SetLatest(transfer, number);
    }

    private void Add(Guid id, long number)
    {
        var key = IdIndex.Key(id);
        index.Add(key, number);
        Pending.Add(key, number);
    }

    private void SetLatest(Guid id, long number)
    {
        index.SetLatest(id, number);
        Pending.AddLatest(id, number);
    }

    private List<long>? Candidates(Guid id)
    {
        lock (gate)
        {
            if (!index.MayContain(id))
                return null;
            var found = new List<long>(1);
            index.Find(id, found);
            return found;
        }
    }

    private long? Latest(Guid id)
    {
        lock (gate)
            return index.Latest(id);
    }

    private static bool Has(LedgerRecord record, Guid id) =>
        record.Command.Id == id || Array.Exists(record.Postings, posting => posting.Id == id)
        || record.Command.Aliases(record).Contains(id);
}
