using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// Brings the state of one partition up to the end of its log: from the projection and the blocks after it, or, where
/// the projection is lost or does not fit, from the first block. Only the partition's loop calls it. It takes as long as the
/// log is long; a time limit applies to each step, and what has been applied is not read again.
/// </summary>
internal sealed partial class PartitionRecovery(
    int partition, IBlockStore store, IProjectionStore projections, GuardedProjection guarded, LedgerOptions options, LedgerState state, PartitionReader reader,
    Checkpointer checkpointer, RecoveryGate gate, TimeProvider time, ILogger logger)
{
    private bool started;
    private int? rules;

    /// <summary>The version of the rules that the next block is made by: the database's, and never less than the last block's.</summary>
    public int Rules => Math.Max(rules ?? RulesVersion.First, state.Rules);

    /// <summary>Reads and applies what is new in the log.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) => CatchUpAsync([], cancellationToken);

    /// <summary>Reads and applies what is new, and has these accounts in memory then, all as of the same block.</summary>
    public async Task CatchUpAsync(IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken)
    {
        try
        {
            if (!started)
                await StartAsync(cancellationToken);
            rules ??= await StepAsync(DecideRulesAsync, cancellationToken);
            await ApplyNewAsync(cancellationToken);
            gate.Open();
            // On the way they may have left memory; and what is read of them may be of a later block than has been applied.
            while (await StepAsync(token => LoadAsync(accounts, token), cancellationToken) > 0)
                await ApplyNewAsync(cancellationToken);
        }
        catch (ProjectionLostException exception)
        {
            await RebuildAsync(exception.Message, cancellationToken);
            while (await StepAsync(token => LoadAsync(accounts, token), cancellationToken) > 0)
                await ApplyNewAsync(cancellationToken);
        }
    }

    /// <summary>Works everything out again from the first block.</summary>
    public async Task RebuildAsync(string reason, CancellationToken cancellationToken)
    {
        RecoveryLog.Rebuild(logger, partition, state.Start, reason);
        gate.Close();
        await checkpointer.DiscardAsync();
        await StepAsync(BeginRebuildAsync, cancellationToken);
        state.Reset();
        reader.Clear();
        checkpointer.ResumeFrom(0);
        started = true;
        try
        {
            rules ??= await StepAsync(DecideRulesAsync, cancellationToken);
            await ApplyNewAsync(cancellationToken);
            gate.Open();
        }
        catch (ProjectionLostException) when (checkpointer.HasEvicted)
        {
            // What was written on the way has been lost again: the next attempt begins anew.
            throw RecoveryGate.Recovering();
        }
        catch (ProjectionLostException exception)
        {
            throw new LedgerCorruptException(exception.Message, state.Head + 1, exception);
        }
    }

    /// <summary>Brings accounts into memory that the log has opened.</summary>
    /// <returns>How many had to be read.</returns>
    public async Task<int> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var cold = ids.Where(id => state.Account(id) is null && reader.MayKnow(id)).ToList();
        if (cold.Count == 0)
            return 0;
        foreach (var account in await guarded.LoadAsync(cold, cancellationToken))
            state.Load(account);
        foreach (var id in cold)
            if (state.Account(id) is null && await reader.HasOpenedAsync(id, cancellationToken))
                throw new ProjectionLostException($"account {id} is in the log but not in the projection");
        return cold.Count;
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        reader.Clear();
        var last = default(IdSegment);
        while (await StepAsync(token => projections.SegmentAsync(partition, last?.Last ?? 0, token), cancellationToken) is { } segment)
        {
            reader.Add(segment);
            last = segment;
        }
        if (last is null)
            await StepAsync(guarded.StartAsync, cancellationToken);
        var end = last is null ? null : await StepAsync(token => FindEndAsync(last, token), cancellationToken);
        if (end is null)
        {
            reader.Clear();
            last = null;
        }
        state.Reset();
        if (last is not null)
            state.StartAfter(last.Last, last.At, end!.Rules, last.Hash);
        checkpointer.ResumeFrom(state.Head);
        started = true;
        RecoveryLog.Started(logger, partition, state.Head, reader.KnownIds);
    }

    // What belongs to another log, or to a longer one, or beside which the accounts are older, is as good as nothing.
    private async Task<Block?> FindEndAsync(IdSegment last, CancellationToken cancellationToken) =>
        (await guarded.StartAsync(cancellationToken)).Block >= last.Last
        && await store.ReadAsync(partition, last.Last, cancellationToken) is { } end && end.Hash.AsSpan().SequenceEqual(last.Hash)
            ? end
            : null;

    private async Task<bool> BeginRebuildAsync(CancellationToken cancellationToken)
    {
        await guarded.BeginRebuildAsync(cancellationToken);
        return true;
    }

    private async Task<int> DecideRulesAsync(CancellationToken cancellationToken)
    {
        var decided = await store.RulesAsync(options.RulesVersion, cancellationToken);
        if (decided < RulesVersion.Newest && partition == 0)
            RecoveryLog.OlderRules(logger, decided, RulesVersion.Newest);
        return Math.Min(decided, RulesVersion.Newest);
    }

    private async Task ApplyNewAsync(CancellationToken cancellationToken)
    {
        while (!await StepAsync(ApplyPageAsync, cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();
    }

    /// <returns>True at the end of the log.</returns>
    private async Task<bool> ApplyPageAsync(CancellationToken cancellationToken)
    {
        var blocks = await store.ReadPageAsync(partition, state.Head, options.RecoveryPageBlocks, BlockPages.MaxBytes, cancellationToken);
        var records = new LedgerRecord[blocks.Count][];
        for (var i = 0; i < records.Length; i++)
            records[i] = Check(blocks[i], i == 0 ? null : blocks[i - 1]).ReadRecords();
        await LoadAsync(records.SelectMany(AccountsOf).ToHashSet(), cancellationToken);
        for (var i = 0; i < records.Length; i++)
            Apply(blocks[i], records[i]);
        await checkpointer.FlushIfOverLimitAsync(cancellationToken);
        return !blocks.MayGoOn(options.RecoveryPageBlocks);
    }

    private void Apply(Block block, LedgerRecord[] records)
    {
        var view = new LedgerView(state, block.Number, block.At, block.Rules);
        foreach (var record in records)
            view.Replay(record);
        state.Advance(view, block.At, block.Hash);
        reader.Add(block.Number, records, block.Content.Length);
        checkpointer.OnCommitted(records.Length);
    }

    private async Task<T> StepAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.RecoveryStepSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        return await step(either.Token);
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

    private static partial class RecoveryLog
    {
        [LoggerMessage(3012, LogLevel.Warning, "This database is written by version {Rules} of the ledger's rules; version {Newest} is known. Once no older replica runs, set Ledger:RulesVersion to {Newest}")]
        public static partial void OlderRules(ILogger logger, int rules, int newest);

        [LoggerMessage(3003, LogLevel.Information, "Partition {Partition}: resumes after block {Block} with {Ids} ids")]
        public static partial void Started(ILogger logger, int partition, long block, int ids);

        [LoggerMessage(3004, LogLevel.Warning, "Partition {Partition}: the projection up to block {Block} is incomplete ({Reason}); all of it is worked out again")]
        public static partial void Rebuild(ILogger logger, int partition, long block, string reason);
    }
}
