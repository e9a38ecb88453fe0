using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Partitions.Recovery;

/// <summary>
/// Brings a state up to the end of its log: from the projection and the blocks after it, or, where the projection is lost or does
/// not fit, from the first block. What has been applied is not read again.
/// </summary>
internal sealed partial class PartitionRecovery(
    int partition, IBlockStore store, IProjectionStore projections, ColdAccounts cold, Checkpointer checkpointer, LedgerOptions options,
    Action<PartitionState> onApplied, TimeProvider time, ILogger logger)
{
    private readonly RecoverySteps steps = new(options, time);
    private int? rules;

    /// <summary>The version of the rules that the next block is made by: the database's, and never less than the last block's.</summary>
    public int RulesAfter(PartitionState state) => Math.Max(rules ?? RulesVersion.First, state.Ledger.Rules);

    /// <summary>Reads and applies what is new in the log.</summary>
    public async Task CatchUpAsync(PartitionState state, CancellationToken cancellationToken)
    {
        if (!state.IsStarted)
            await new PartitionStart(partition, store, projections, cold, steps, logger).RunAsync(state, cancellationToken);
        rules ??= await steps.RunAsync(DecideRulesAsync, cancellationToken);
        await ApplyNewAsync(state, cancellationToken);
    }

    /// <summary>Has these accounts in memory, all as of the same block.</summary>
    public async Task LoadAsync(PartitionState state, IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken)
    {
        // On the way they may have left memory; and what is read of them may be of a later block than has been applied.
        while (await steps.RunAsync(token => state.LoadAsync(accounts, token), cancellationToken) > 0 || state.Ledger.IsBehind(accounts))
            await ApplyNewAsync(state, cancellationToken);
    }

    /// <summary>Lets a new state begin at the first block, once the other replicas know.</summary>
    public Task BeginRebuildAsync(CancellationToken cancellationToken) => steps.RunAsync(async token =>
    {
        await cold.BeginRebuildAsync(token);
        return true;
    }, cancellationToken);

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
                await steps.RunAsync(token => ApplyAsync(state, blocks, token), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch when (page is not null)
            {
                // Nobody waits for it any more.
                _ = page.ContinueWith(read => read.Exception, TaskScheduler.Default);
                throw;
            }
        }

        Task<IReadOnlyList<Block>> ReadAsync(long after) => steps.RunAsync(
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
        // While much is replayed at once, or faster than it is written, memory stays bounded. What finds nothing new waits for no write.
        if (blocks.Count > 0 && state.IsChangedOverLimit)
            await checkpointer.FlushAsync(state, cancellationToken);
        return true;
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
    }
}
