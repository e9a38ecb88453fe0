using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// Brings a state up to the end of its log: from the projection and the blocks after it, or, where the projection is lost or does
/// not fit, from the first block. It takes as long as the log is long; a time limit applies to each step, and what has been
/// applied is not read again.
/// </summary>
internal sealed partial class PartitionRecovery(
    int partition, IBlockStore store, IProjectionStore projections, ColdAccounts cold, Checkpointer checkpointer, LedgerOptions options,
    Action<PartitionState> onApplied, TimeProvider time, ILogger logger)
{
    // Sixteen bytes each: a page of segments is some 3 MiB.
    private const int PageIds = 200_000;

    private int? rules;

    /// <summary>The version of the rules that the next block is made by: the database's, and never less than the last block's.</summary>
    public int RulesAfter(PartitionState state) => Math.Max(rules ?? RulesVersion.First, state.Ledger.Rules);

    /// <summary>Reads and applies what is new in the log.</summary>
    public async Task CatchUpAsync(PartitionState state, CancellationToken cancellationToken)
    {
        if (!state.IsStarted)
            await StartAsync(state, cancellationToken);
        rules ??= await StepAsync(DecideRulesAsync, cancellationToken);
        await ApplyNewAsync(state, cancellationToken);
    }

    /// <summary>Has these accounts in memory, all as of the same block.</summary>
    public async Task LoadAsync(PartitionState state, IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken)
    {
        // On the way they may have left memory; and what is read of them may be of a later block than has been applied.
        while (await StepAsync(token => state.LoadAsync(accounts, token), cancellationToken) > 0)
            await ApplyNewAsync(state, cancellationToken);
    }

    /// <summary>Lets a new state begin at the first block, once the other replicas know.</summary>
    public Task BeginRebuildAsync(CancellationToken cancellationToken) => StepAsync(async token =>
    {
        await cold.BeginRebuildAsync(token);
        return true;
    }, cancellationToken);

    private async Task StartAsync(PartitionState state, CancellationToken cancellationToken)
    {
        state.Records.Clear();
        var last = default(IdSegment);
        while (await StepAsync(token => projections.SegmentsAsync(partition, last?.Last ?? 0, PageIds, token), cancellationToken)
            is { Count: > 0 } segments)
            foreach (var segment in segments)
            {
                state.Records.Add(segment);
                last = segment;
            }
        state.Records.EndStart();
        if (last is null)
            await StepAsync(cold.StartAsync, cancellationToken);
        else if (await StepAsync(token => FindEndAsync(last, token), cancellationToken) is { } end)
            state.Ledger.ResumeAfter(last.Last, last.At, end.Rules, last.Hash);
        else
            state.Records.Clear();
        state.ResumeAfter(state.Ledger.Head);
        PartitionRecoveryLog.Started(logger, partition, state.Ledger.Head, state.Records.Count);
    }

    // What belongs to another log, or to a longer one, or beside which the accounts are older, is as good as nothing.
    private async Task<Block?> FindEndAsync(IdSegment last, CancellationToken cancellationToken) =>
        (await cold.StartAsync(cancellationToken)).Block >= last.Last
        && await store.ReadAsync(partition, last.Last, cancellationToken) is { } end && end.Hash.AsSpan().SequenceEqual(last.Hash)
            ? end
            : null;

    private async Task<int> DecideRulesAsync(CancellationToken cancellationToken)
    {
        var decided = await store.RulesAsync(options.RulesVersion, cancellationToken);
        if (decided < RulesVersion.Newest && partition == 0)
            PartitionRecoveryLog.OlderRules(logger, decided, RulesVersion.Newest);
        return Math.Min(decided, RulesVersion.Newest);
    }

    private async Task ApplyNewAsync(PartitionState state, CancellationToken cancellationToken)
    {
        for (var page = ReadAsync(state.Ledger.Head); page is not null;)
        {
            var blocks = await page;
            // The next page is read while this one is applied.
            page = blocks.MayGoOn(options.RecoveryPageBlocks) ? ReadAsync(blocks[^1].Number) : null;
            try
            {
                await StepAsync(token => ApplyAsync(state, blocks, token), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch when (page is not null)
            {
                // Nobody waits for it any more.
                _ = page.ContinueWith(read => read.Exception, TaskScheduler.Default);
                throw;
            }
        }

        Task<IReadOnlyList<Block>> ReadAsync(long after) => StepAsync(
            token => store.ReadPageAsync(partition, after, options.RecoveryPageBlocks, BlockPages.MaxBytes, token), cancellationToken);
    }

    private async Task<bool> ApplyAsync(PartitionState state, IReadOnlyList<Block> blocks, CancellationToken cancellationToken)
    {
        var records = new LedgerRecord[blocks.Count][];
        for (var i = 0; i < records.Length; i++)
            records[i] = Check(blocks[i], i == 0 ? (state.Ledger.Head, state.Ledger.Hash) : (blocks[i - 1].Number, blocks[i - 1].Hash))
                .ReadRecords();
        await state.LoadAsync(records.SelectMany(AccountsOf).ToHashSet(), cancellationToken);
        for (var i = 0; i < records.Length; i++)
        {
            var view = new LedgerView(state.Ledger, blocks[i].Number, blocks[i].At, blocks[i].Rules);
            foreach (var record in records[i])
                view.Replay(record);
            state.Apply(blocks[i], view, records[i]);
        }
        onApplied(state);
        // While much is replayed at once, or faster than it is written, memory stays bounded.
        if (state.IsChangedOverLimit)
            await checkpointer.FlushAsync(state, cancellationToken);
        return true;
    }

    private async Task<T> StepAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.RecoveryStepSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        return await step(either.Token);
    }

    private Block Check(Block block, (long Number, byte[] Hash) before) =>
        block.Number == before.Number + 1 && block.Previous.AsSpan().SequenceEqual(before.Hash) && block.IsIntact()
            ? block
            : throw new LedgerCorruptException(
                $"block {before.Number + 1} of partition {partition} is not what was sealed after block {before.Number}", before.Number
                + 1);

    private static IEnumerable<Guid> AccountsOf(LedgerRecord[] records) =>
        records.SelectMany(record => record.Postings).SelectMany(posting => posting.Entries).Select(entry => entry.Account);

    private static partial class PartitionRecoveryLog
    {
        [LoggerMessage(
            3012, LogLevel.Warning, "This database is written by version {Rules} of the ledger's rules; version {Newest} is known. "
            + "Once no older replica runs, set Ledger:RulesVersion to {Newest}")]
        public static partial void OlderRules(ILogger logger, int rules, int newest);

        [LoggerMessage(3003, LogLevel.Information, "Partition {Partition}: resumes after block {Block} with {Ids} ids")]
        public static partial void Started(ILogger logger, int partition, long block, long ids);
    }
}
