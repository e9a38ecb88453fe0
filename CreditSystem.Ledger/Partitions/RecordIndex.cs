using System.Collections.Concurrent;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Projection.Ids;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// In which block each id of a partition is, and the records of its latest blocks. Any thread may look; the partition's loop adds.
/// </summary>
internal sealed class RecordIndex(
    int partition, IBlockStore store, IProjectionStore projections, int tableIds, SharedAllowance.Share allowance)
{
    private readonly IdIndex index = new();
    private readonly IdArchive archive = new(tableIds);
    private readonly List<IdSegment> starting = [];
    private readonly Dictionary<long, Block> recent = [];
    private readonly Queue<Block> order = new();
    private readonly Lock gate = new();
    private long kept;

    private const int ReadsAtOnce = 8;

    // As many ids as a start puts into one table.
    private const int MaxTableIds = 1024 * 1024;

    // What is asked for again and again is mostly a batch that is repeated.
    private volatile VisitedBlock? last;
    private volatile IdSegment? lastSegment;

    /// <summary>Ids that are not in the projection yet, by block.</summary>
    public PendingIds Pending { get; } = new();

    /// <summary>The record that has the id as its command, as one of its postings, or as a reference.</summary>
    public async ValueTask<LedgerRecord?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        foreach (var number in await CandidatesAsync(id, cancellationToken))
            if (await FindAsync(number, id, cancellationToken) is { } record)
                return record;
        return null;
    }

    /// <summary>The hold as its last record left it; null where there is none.</summary>
    public async ValueTask<HoldState?> FindHoldAsync(Guid id, CancellationToken cancellationToken) =>
        await LatestAsync(id, cancellationToken) is { } block ? HoldIn(await RequireAsync(block, cancellationToken), id) : null;

    /// <summary>Those of some holds that there are, likewise; their blocks are read together.</summary>
    public async ValueTask<Dictionary<Guid, HoldState>> FindHoldsAsync(IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var latest = new Dictionary<Guid, long>();
        foreach (var id in ids)
            if (await LatestAsync(id, cancellationToken) is { } block)
                latest[id] = block;
        var blocks = await BlocksAsync([.. latest.Values.Distinct()], cancellationToken);
        return latest.Select(one => HoldIn(blocks[one.Value], one.Key)).OfType<HoldState>().ToDictionary(hold => hold.Id);
    }

    /// <summary>How much of a transfer has been reversed.</summary>
    public async ValueTask<ReversedAmount> FindReversedAsync(Guid transfer, CancellationToken cancellationToken) =>
        await LatestAsync(transfer, cancellationToken) is { } block
        && (await RecordsNamingAsync(block, transfer, cancellationToken))
            .LastOrDefault(record => record.ReversedTransfer == transfer) is { } record
            ? new ReversedAmount(record.Reversed, record.TakenBack)
            : default;

    /// <summary>Whether the log opened the account.</summary>
    public async ValueTask<bool> HasOpenedAsync(Guid account, CancellationToken cancellationToken)
    {
        foreach (var number in await CandidatesAsync(account, cancellationToken))
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
        var key = IdIndex.Key(id);
        lock (gate)
            return index.MayContain(key) || archive.MayContain(key);
    }

    public long Count
    {
        get
        {
            lock (gate)
                return index.Count + archive.Count;
        }
    }

    /// <summary>What ids take of memory.</summary>
    public long IdBytes
    {
        get
        {
            lock (gate)
                return index.Bytes + archive.Bytes;
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

    /// <summary>Blocks by their numbers, those that are not in memory read together.</summary>
    public async ValueTask<IReadOnlyDictionary<long, Block>> BlocksAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<long, Block>();
        List<long> missing = [];
        foreach (var number in numbers)
            if (Recent(number) is { } block)
                found[number] = block;
            else
                missing.Add(number);
        // Neighbours are one question, others several at a time.
        if (missing.Count > 1 && missing.Max() - missing.Min() < 2 * missing.Count)
            await ReadPagesAsync(missing.Min() - 1, missing.Max(), found, cancellationToken);
        foreach (var several in missing.Where(number => !found.ContainsKey(number)).Chunk(ReadsAtOnce))
            await Task.WhenAll(several.Select(async number => found[number] = await RequireAsync(number, cancellationToken)));
        return found;
    }

    private async Task ReadPagesAsync(
        long after, long last, ConcurrentDictionary<long, Block> found, CancellationToken cancellationToken)
    {
        while (after < last)
        {
            var page = await Reading(() =>
                store.ReadPageAsync(partition, after, (int)(last - after), BlockPages.MaxBytes, cancellationToken));
            if (page.Count == 0)
                return;
            foreach (var block in page)
                found[block.Number] = block;
            after = page[^1].Number;
        }
    }

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

    /// <summary>Takes note, at a start, of a stored table; they come one after the other, before segments.</summary>
    public void Add(IdTable table)
    {
        lock (gate)
            archive.Add(table);
    }

    /// <summary>Takes note, at a start, of a stored segment; they come one after the other, and <see cref="EndStart"/> follows.</summary>
    public void Add(IdSegment segment)
    {
        starting.Add(segment);
        if (starting.Count == IdTable.MaxSegments || starting.Sum(one => (long)one.Count) >= MaxTableIds)
            lock (gate)
                archive.Add(TakeTable());
    }

    public void EndStart()
    {
        lock (gate)
            if (starting.Sum(segment => (long)segment.Count) >= tableIds)
                archive.Add(TakeTable());
            else
                foreach (var segment in starting)
                {
                    segment.AddTo(index);
                    archive.Add(segment.Span);
                }
        starting.Clear();
    }

    /// <summary>The stored segments of which a table should be made.</summary>
    public IReadOnlyList<SegmentSpan>? TableDue()
    {
        lock (gate)
            return archive.Due();
    }

    /// <summary>A table that is to be stored.</summary>
    public IdTable? UnstoredTable()
    {
        lock (gate)
            return archive.Unstored();
    }

    /// <summary>Takes note of segments that were stored, of a table that was due, and of one that was stored.</summary>
    public void Archive(IReadOnlyList<SegmentSpan> segments, IdTable? table, IdTable? stored)
    {
        lock (gate)
        {
            stored?.IsStored = true;
            if (table is not null)
            {
                archive.Add(table);
                index.DropUpTo(table.Last);
            }
            foreach (var segment in segments)
                archive.Add(segment);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            index.Clear();
            archive.Clear();
            starting.Clear();
            lastSegment = null;
            recent.Clear();
            order.Clear();
            last = null;
            kept = 0;
            allowance.Report(0);
            Pending.DropUpTo(long.MaxValue);
        }
    }

    private static HoldState? HoldIn(Block block, Guid id) =>
        block.RecordsNaming(id).LastOrDefault(record => record.Hold?.Id == id)?.Hold;

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

    private Task<Block?> ReadAsync(long number, CancellationToken cancellationToken) =>
        Reading(() => store.ReadAsync(partition, number, cancellationToken));

    // That the storage fails is no fault of what is looked for.
    private static async Task<T> Reading<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
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

    private ValueTask<List<long>> CandidatesAsync(Guid id, CancellationToken cancellationToken)
    {
        var key = IdIndex.Key(id);
        List<SegmentSpan> segments = [];
        var found = new List<long>(1);
        lock (gate)
        {
            if (archive.MayContain(key))
                segments = archive.Find(key);
            index.Find(id, found);
        }
        return segments.Count == 0 ? ValueTask.FromResult(found) : InSegmentsAsync();

        async ValueTask<List<long>> InSegmentsAsync()
        {
            foreach (var segment in segments)
                (await RequireAsync(segment, cancellationToken)).Find(id, found);
            return found;
        }
    }

    private async ValueTask<long?> LatestAsync(Guid id, CancellationToken cancellationToken)
    {
        List<SegmentSpan> segments;
        lock (gate)
        {
            if (index.Latest(id) is { } recent)
                return recent;
            segments = archive.Find(IdIndex.LatestKey(id));
        }
        foreach (var segment in segments)
            if ((await RequireAsync(segment, cancellationToken)).FindLatest(id) is { } block)
                return block;
        return null;
    }

    private IdTable TakeTable()
    {
        var table = IdTable.Of(starting);
        starting.Clear();
        return table;
    }

    /// <exception cref="ProjectionLostException">The segment is not there any more.</exception>
    private async ValueTask<IdSegment> RequireAsync(SegmentSpan span, CancellationToken cancellationToken)
    {
        if (lastSegment is { } visited && visited.After == span.After)
            return visited;
        var segment = await Reading(() => projections.SegmentAsync(partition, span.After, cancellationToken));
        return lastSegment = segment?.Span == span
            ? segment
            : throw new ProjectionLostException($"the ids of the blocks after {span.After} are gone");
    }

    private static bool Has(LedgerRecord record, Guid id) =>
        record.Command.Id == id || Array.Exists(record.Postings, posting => posting.Id == id)
        || record.Command.Aliases(record).Contains(id);
}
