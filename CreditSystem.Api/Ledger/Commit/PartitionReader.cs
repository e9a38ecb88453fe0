using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.Ledger.Model;
using CreditSystem.Api.Ledger.Projection;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>Brings the state of one partition up to the end of its log, and finds records in it.</summary>
internal sealed class PartitionReader(int partition, IBlockStore store, LedgerState state, IdIndex index)
{
    private const int PageBlocks = 64;
    private const int RecentBlocks = 128;

    private readonly Dictionary<long, LedgerRecord[]> recent = [];
    private readonly Lock gate = new();

    /// <summary>Reads and applies what other writers have appended.</summary>
    /// <returns>The number of blocks that were new.</returns>
    public async Task<int> CatchUpAsync(CancellationToken cancellationToken)
    {
        for (var total = 0; ;)
        {
            var blocks = await store.ReadAfterAsync(partition, state.Head, PageBlocks, cancellationToken);
            foreach (var block in blocks)
                await ApplyAsync(block, cancellationToken);
            total += blocks.Count;
            if (blocks.Count < PageBlocks)
                return total;
        }
    }

    /// <summary>Takes over a block that this replica has appended itself.</summary>
    public void Accept(Block block, LedgerView view)
    {
        state.Advance(view, block.At, block.Hash);
        Index(block.Number, view.Records);
        Keep(block.Number, [.. view.Records]);
    }

    /// <summary>The record that has the id as its command, as one of its postings, or as a reference.</summary>
    public async Task<LedgerRecord?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var candidates = new List<long>();
        lock (gate)
            index.Find(id, candidates);
        foreach (var number in candidates)
            foreach (var record in await RecordsAsync(number, cancellationToken))
                if (Has(record, id))
                    return record;
        return null;
    }

    public bool MayKnow(Guid id, List<long> candidates)
    {
        candidates.Clear();
        lock (gate)
            index.Find(id, candidates);
        return candidates.Count > 0;
    }

    public async Task<LedgerRecord[]> RecordsAsync(long number, CancellationToken cancellationToken)
    {
        lock (gate)
            if (recent.TryGetValue(number, out var kept))
                return kept;
        var block = await store.ReadAsync(partition, number, cancellationToken)
            ?? throw new LedgerCorruptException($"block {number} of partition {partition} is missing");
        return block.ReadRecords();
    }

    private async Task ApplyAsync(Block block, CancellationToken cancellationToken)
    {
        if (block.Number != state.Head + 1 || !block.Previous.AsSpan().SequenceEqual(state.Hash) || !block.IsIntact())
            throw new LedgerCorruptException($"block {block.Number} of partition {partition} does not follow block {state.Head}");
        cancellationToken.ThrowIfCancellationRequested();
        var records = block.ReadRecords();
        var view = new LedgerView(state, block.Number, block.At);
        foreach (var record in records)
            view.Replay(record);
        state.Advance(view, block.At, block.Hash);
        Index(block.Number, records);
        Keep(block.Number, records);
        await Task.CompletedTask;
    }

    private void Index(long number, IReadOnlyList<LedgerRecord> records)
    {
        lock (gate)
            foreach (var record in records)
            {
                index.Add(record.Command.Id, number);
                foreach (var posting in record.Postings)
                    if (posting.Id != record.Command.Id)
                        index.Add(posting.Id, number);
                foreach (var reference in LedgerView.References(record))
                    index.Add(reference, number);
            }
    }

    private void Keep(long number, LedgerRecord[] records)
    {
        lock (gate)
        {
            recent[number] = records;
            recent.Remove(number - RecentBlocks);
        }
    }

    private static bool Has(LedgerRecord record, Guid id) =>
        record.Command.Id == id || Array.Exists(record.Postings, posting => posting.Id == id) || LedgerView.References(record).Contains(id);
}
