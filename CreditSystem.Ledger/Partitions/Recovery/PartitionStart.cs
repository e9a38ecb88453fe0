using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Projection.Ids;
using CreditSystem.Ledger.Projection.ResumePoints;

namespace CreditSystem.Ledger.Partitions.Recovery;

/// <summary>
/// Finds the latest block after which a state can resume: ids are stored up to it, and accounts are as of it, those that have changed
/// since the last checkpoint in pages and the others in documents. Nothing of it is believed that the log does not bear out: where
/// something is missing, damaged or of another log, an earlier block is resumed after, or none.
/// </summary>
internal sealed partial class PartitionStart(
    int partition, IBlockStore store, IProjectionStore projections, ColdAccounts cold, RecoverySteps steps, ILogger logger)
{
    // Sixteen bytes each: a page of segments is some 3 MiB.
    private const int PageIds = 200_000;

    private readonly DeltaReader deltas = new(partition, store, projections, logger);

    public async Task RunAsync(PartitionState state, CancellationToken cancellationToken)
    {
        state.Records.Clear();
        var mark = await steps.RunAsync(cold.StartAsync, cancellationToken);
        var (accounts, reached) = await ReadPagesAsync(mark.Block, cancellationToken);
        var last = await ReadIdsAsync(state, Math.Max(mark.Block, reached), cancellationToken);
        if (last is not null && await steps.RunAsync(token => FindEndAsync(last, token), cancellationToken) is { } end)
            state.Ledger.ResumeAfter(last.Last, last.At, end.Rules, last.Hash);
        else
            state.Records.Clear();
        var head = state.Ledger.Head;
        // Where ids are missing after the checkpoint, the documents are enough.
        var isPaged = head > mark.Block;
        if (isPaged)
            foreach (var account in accounts.Values)
                state.Ledger.LoadPaged(account);
        state.ResumeAfter(head, isPaged ? mark.Block : head);
        Log.Started(logger, partition, head, state.Records.Count, isPaged ? accounts.Count : 0, mark.Block);
    }

    /// <returns>The accounts that have changed after a block, and the block up to which they are known.</returns>
    private async Task<(Dictionary<Guid, AccountState> Accounts, long Reached)> ReadPagesAsync(
        long checkpointed, CancellationToken cancellationToken)
    {
        var all = (await steps.RunAsync(token => deltas.ListAsync(checkpointed, token), cancellationToken)).ToList();
        while (true)
        {
            var (accounts, chain) = (new Dictionary<Guid, AccountState>(), DeltaReader.Chain(all, checkpointed));
            AccountDelta? useless = null;
            // The latest first: what an account was before that is passed over.
            for (var i = chain.Count - 1; i >= 0 && useless is null; i--)
                if (!await steps.RunAsync(token => deltas.TryReadAsync(chain[i], accounts, token), cancellationToken))
                    useless = chain[i];
            if (useless is null)
                return (accounts, chain.Count == 0 ? checkpointed : chain[^1].Last);
            all.Remove(useless);
        }
    }

    /// <summary>Takes note of the ids of blocks up to one at most.</summary>
    /// <returns>The last segment.</returns>
    private async Task<IdSegment?> ReadIdsAsync(PartitionState state, long most, CancellationToken cancellationToken)
    {
        var (last, tables) = (default(IdSegment), await ReadTablesAsync(state, most, cancellationToken));
        for (var next = ReadAsync(tables?.Last ?? 0); await next is { Count: > 0 } segments;)
        {
            var isMore = segments[^1].Last < most;
            // The next ones are read while tables are made of these.
            next = isMore ? ReadAsync(segments[^1].Last) : Task.FromResult<IReadOnlyList<IdSegment>>([]);
            foreach (var segment in segments.Where(segment => segment.Last <= most))
            {
                state.Records.Add(segment);
                last = segment;
            }
        }
        state.Records.EndStart();
        if (last is not null || tables is not { } only)
            return last;
        // One that begins there may have been written since, and end elsewhere: its ids would be missing.
        var end = await steps.RunAsync(token => projections.SegmentAsync(partition, only.After, token), cancellationToken);
        return end?.Span == only ? end : null;

        Task<IReadOnlyList<IdSegment>> ReadAsync(long after) =>
            steps.RunAsync(token => projections.SegmentsAsync(partition, after, PageIds, token), cancellationToken);
    }

    /// <summary>Takes note of the stored tables, which spare reading what they are of.</summary>
    /// <returns>Their last segment; null where there is none.</returns>
    private async Task<SegmentSpan?> ReadTablesAsync(PartitionState state, long most, CancellationToken cancellationToken)
    {
        var last = default(SegmentSpan?);
        while (await steps.RunAsync(token => projections.TableAsync(partition, last?.Last ?? 0, token), cancellationToken) is { } stored
            && stored.TryUnpack() is { } table && table.Last <= most)
        {
            state.Records.Add(table);
            last = table.Segments[^1];
        }
        return last;
    }

    // What belongs to another log, or to a longer one, is as good as nothing.
    private async Task<Block?> FindEndAsync(IdSegment last, CancellationToken cancellationToken) =>
        await store.ReadAsync(partition, last.Last, cancellationToken) is { } end && end.Hash.AsSpan().SequenceEqual(last.Hash)
            ? end
            : null;

    private static partial class Log
    {
        [LoggerMessage(3003, LogLevel.Information, "Partition {Partition}: resumes after block {Block} with {Ids} ids, and {Accounts} "
            + "accounts that have changed since the checkpoint at block {Checkpoint}")]
        public static partial void Started(ILogger logger, int partition, long block, long ids, int accounts, long checkpoint);
    }
}
