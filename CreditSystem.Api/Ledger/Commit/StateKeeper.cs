using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.Ledger.Model;
using CreditSystem.Api.Ledger.Projection;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>
/// Brings the state of one partition up to the end of its log: from the projection and the blocks behind it, or, where
/// the projection is lost or does not fit, from the first block. Only the partition's loop calls it.
/// </summary>
internal sealed partial class StateKeeper(
    int partition, IBlockStore store, IProjectionStore projections, LedgerState state, PartitionReader reader, Checkpointer checkpointer, LedgerOptions options, ILogger logger)
{
    private const int PageBlocks = 32;

    private bool started;
    private int? rules;

    /// <summary>The version of the rules that the next block is made by: the database's, and never less than the last block's.</summary>
    public int Rules => Math.Max(rules ?? RulesVersion.First, state.Rules);

    /// <summary>Reads and applies what is new in the log.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!started)
                await StartAsync(cancellationToken);
            rules ??= await DecideRulesAsync(cancellationToken);
            await ApplyNewAsync(cancellationToken);
        }
        catch (ProjectionLostException exception)
        {
            await RebuildAsync(exception.Message, cancellationToken);
        }
    }

    /// <summary>Works everything out again from the first block.</summary>
    public async Task RebuildAsync(string reason, CancellationToken cancellationToken)
    {
        StateKeeperLog.Rebuild(logger, partition, state.Start, reason);
        state.Reset();
        reader.Clear();
        checkpointer.StartBehind(0);
        started = true;
        try
        {
            rules ??= await DecideRulesAsync(cancellationToken);
            await ApplyNewAsync(cancellationToken);
        }
        catch (ProjectionLostException exception)
        {
            throw new LedgerCorruptException(exception.Message, state.Head + 1, exception);
        }
    }

    /// <summary>Brings accounts into memory that the log has opened.</summary>
    public async Task LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var cold = ids.Where(id => state.Account(id) is null && reader.MayKnow(id)).ToList();
        if (cold.Count == 0)
            return;
        foreach (var account in await projections.LoadAsync(cold, cancellationToken))
            state.Load(account);
        foreach (var id in cold)
            if (state.Account(id) is null && await reader.HasOpenedAsync(id, cancellationToken))
                throw new ProjectionLostException($"account {id} is in the log but has not been written behind it");
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        reader.Clear();
        var last = default(IdSegment);
        while (await projections.SegmentAsync(partition, last?.Last ?? 0, cancellationToken) is { } segment)
        {
            reader.Add(segment);
            last = segment;
        }
        var end = last is null ? null : await FindEndAsync(last, cancellationToken);
        if (end is null)
        {
            reader.Clear();
            last = null;
        }
        state.Reset();
        if (last is not null)
            state.StartAfter(last.Last, last.At, end!.Rules, last.Hash);
        checkpointer.StartBehind(state.Head);
        started = true;
        StateKeeperLog.Started(logger, partition, state.Head, reader.KnownIds);
    }

    // What belongs to another log, or to a longer one, or beside which the accounts are older, is as good as nothing.
    private async Task<Block?> FindEndAsync(IdSegment last, CancellationToken cancellationToken) =>
        await projections.SavedAsync(partition, cancellationToken) >= last.Last
        && await store.ReadAsync(partition, last.Last, cancellationToken) is { } end && end.Hash.AsSpan().SequenceEqual(last.Hash)
            ? end
            : null;

    private async Task<int> DecideRulesAsync(CancellationToken cancellationToken)
    {
        var decided = await store.RulesAsync(options.RulesVersion, cancellationToken);
        if (decided < RulesVersion.Newest && partition == 0)
            StateKeeperLog.OlderRules(logger, decided, RulesVersion.Newest);
        return Math.Min(decided, RulesVersion.Newest);
    }

    private async Task ApplyNewAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var blocks = await store.ReadAfterAsync(partition, state.Head, PageBlocks, cancellationToken);
            var records = new LedgerRecord[blocks.Count][];
            for (var i = 0; i < records.Length; i++)
                records[i] = Check(blocks[i], i == 0 ? null : blocks[i - 1]).ReadRecords();
            await LoadAsync(records.SelectMany(AccountsOf).ToHashSet(), cancellationToken);
            for (var i = 0; i < records.Length; i++)
                Apply(blocks[i], records[i]);
            await checkpointer.RelieveAsync(cancellationToken);
            if (blocks.Count < PageBlocks)
                return;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Apply(Block block, LedgerRecord[] records)
    {
        var view = new LedgerView(state, block.Number, block.At, block.Rules);
        foreach (var record in records)
            view.Replay(record);
        state.Advance(view, block.At, block.Hash);
        reader.Add(block.Number, records);
        checkpointer.Noted(records.Length);
    }

    private Block Check(Block block, Block? before)
    {
        var (number, hash) = before is null ? (state.Head, state.Hash) : (before.Number, before.Hash);
        return block.Number == number + 1 && block.Previous.AsSpan().SequenceEqual(hash) && block.IsIntact()
            ? block
            : throw new LedgerCorruptException($"block {number + 1} of partition {partition} is not what was sealed after block {number}", number + 1);
    }

    private static IEnumerable<Guid> AccountsOf(LedgerRecord[] records)
    {
        foreach (var record in records)
            foreach (var posting in record.Postings)
                foreach (var entry in posting.Entries)
                    yield return entry.Account;
    }

    private static partial class StateKeeperLog
    {
        [LoggerMessage(3012, LogLevel.Warning, "This database is written by version {Rules} of the ledger's rules; version {Newest} is known. Once no older replica runs, set Ledger:RulesVersion to {Newest}")]
        public static partial void OlderRules(ILogger logger, int rules, int newest);

        [LoggerMessage(3003, LogLevel.Information, "Partition {Partition}: starts behind block {Block} with {Ids} ids")]
        public static partial void Started(ILogger logger, int partition, long block, int ids);

        [LoggerMessage(3004, LogLevel.Warning, "Partition {Partition}: what was written behind the log up to block {Block} is incomplete ({Reason}); all of it is worked out again")]
        public static partial void Rebuild(ILogger logger, int partition, long block, string reason);
    }
}
