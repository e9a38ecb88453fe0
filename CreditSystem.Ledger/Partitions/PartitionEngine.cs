using System.Diagnostics;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Partitions.Recovery;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Partitions;

internal enum Append
{
    /// <summary>The block is in the log.</summary>
    Done,

    /// <summary>There was nothing to append, which proves nothing about whether the state is current.</summary>
    Nothing,

    /// <summary>Another replica has taken the number of the block.</summary>
    Fenced,
}

/// <param name="Submissions">How many submissions, from the first, have their outcomes in it.</param>
internal readonly record struct CommitResult(Append Append, int Submissions);

/// <summary>
/// Owns the state of one partition: what changes it is here or is lent it for one call. It does one thing at a time, for the
/// <see cref="PartitionLoop"/> that made it, and tells all others by the board.
/// </summary>
internal sealed partial class PartitionEngine
{
    private readonly int partition;
    private readonly PartitionBoard board;
    private readonly ClockGuard clock;
    private readonly LedgerMetrics metrics;
    private readonly ILogger logger;
    private readonly Func<PartitionState> create;
    private readonly BlockBuilder builder;
    private readonly BlockAppender appender;
    private readonly Checkpointer checkpointer;
    private readonly PartitionRecovery recovery;
    private PartitionState state;

    public PartitionEngine(
        int partition, IBlockStore store, IProjectionStore projections, PartitionLists stored, IndexedKeys keys, LedgerOptions options,
        MemoryBudget memory, ClockGuard clock,
        LedgerMetrics metrics, PartitionBoard board, PartitionOwnership ownership, TimeProvider time, ILogger logger)
    {
        (this.partition, this.board, this.clock, this.metrics, this.logger) = (partition, board, clock, metrics, logger);
        var cold = new ColdAccounts(partition, projections, memory.ColdAccounts);
        var (accounts, bytes, entries, rows) = (
            memory.Accounts.CreateShare(), memory.RecordBytes.CreateShare(), memory.RecentEntries.CreateShare(),
            memory.RecentRows.CreateShare());
        create = () =>
        {
            accounts.Report(0);
            bytes.Report(0);
            entries.Report(0);
            rows.Report(0);
            var records = new RecordIndex(partition, store, projections, options.IdTableIds, bytes);
            return new PartitionState(records, new RecentEntries(entries), new RecentLists(rows, keys), cold, accounts, time);
        };
        state = create();
        builder = new BlockBuilder(options);
        appender = new BlockAppender(partition, store, metrics, time, logger);
        checkpointer = new Checkpointer(partition, store, projections, stored.Projection, options, ownership, time, logger);
        recovery = new PartitionRecovery(partition, store, projections, cold, checkpointer, options, Show, time, logger);
    }

    /// <summary>The last block applied.</summary>
    public long Head => state.Ledger.Head;

    /// <summary>Why everything is to be worked out again; null while it is not.</summary>
    public string? Lost => state.Lost;

    /// <summary>Accounts as of the last block.</summary>
    public AccountState?[] Snapshot(Guid[] accounts) => Array.ConvertAll(accounts, state.Ledger.Account);

    /// <summary>Between two blocks: finishes what has been written of the projection, and begins what is due.</summary>
    public void Checkpoint()
    {
        checkpointer.Step(state);
        Show(state);
    }

    /// <summary>Writes all of the projection that there is, and waits for it.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => checkpointer.FlushAsync(state, cancellationToken);

    /// <summary>Reads and applies what is new, and has these accounts in memory then, all as of the same block.</summary>
    public async Task CatchUpAsync(IReadOnlyCollection<Guid> accounts, CancellationToken cancellationToken)
    {
        try
        {
            await recovery.CatchUpAsync(state, cancellationToken);
            board.Reads = state.Reads;
            await recovery.LoadAsync(state, accounts, cancellationToken);
        }
        catch (ProjectionLostException lost)
        {
            await RebuildAsync(lost.Message, cancellationToken);
            await recovery.LoadAsync(state, accounts, cancellationToken);
        }
    }

    /// <summary>Works everything out again from the first block.</summary>
    public async Task RebuildAsync(string reason, CancellationToken cancellationToken)
    {
        PartitionEngineLog.Rebuild(logger, partition, state.Ledger.Start, reason);
        board.Reads = null;
        await checkpointer.DiscardAsync(state);
        await recovery.BeginRebuildAsync(cancellationToken);
        state = create();
        state.ResumeAfter(0, checkpointed: 0);
        try
        {
            await recovery.CatchUpAsync(state, cancellationToken);
            board.Reads = state.Reads;
        }
        catch (ProjectionLostException) when (state.HasEvicted)
        {
            // What was written on the way has been lost again: the next attempt begins anew.
            throw LedgerUnavailableException.Recovering();
        }
        catch (ProjectionLostException exception)
        {
            throw new LedgerCorruptException(exception.Message, state.Ledger.Head + 1, exception);
        }
    }

    /// <summary>Commits as much of the batch as fits into a block.</summary>
    /// <exception cref="CommandFailedException">A command cannot be decided; without its submission the others can.</exception>
    /// <exception cref="BlockTooLargeException">The storage does not take the block, now or later.</exception>
    public async Task<CommitResult> TryCommitAsync(List<Submission> batch, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        // A batch of reads writes nothing, so its time does not count.
        var now = batch.Exists(submission => submission.Weight > 0) ? await clock.ReadAsync(cancellationToken) : state.Ledger.At;
        BlockDraft draft;
        using (LedgerTracing.Evaluate(batch))
            draft = await builder.BuildAsync(state, recovery.RulesAfter(state), batch, now, cancellationToken);
        var view = draft.View;
        if (view.Records.Count == 0)
            return new CommitResult(Append.Nothing, draft.Submissions);
        await RefuseReopeningAsync(view, cancellationToken);
        using var activity = LedgerTracing.Commit(batch, partition, view);
        var block = Block.Seal(partition, view.BlockNumber, view.At, view.Rules, state.Ledger.Hash, draft.Content.ToArray());
        if (!await appender.TryAppendAsync(block, cancellationToken))
        {
            metrics.Fenced();
            return new CommitResult(Append.Fenced, 0);
        }
        state.Apply(block, view, view.Records);
        Show(state);
        var commands = batch.Take(draft.Submissions).Sum(submission => submission.Commands.Length);
        metrics.Committed(view.Records, commands, Stopwatch.GetElapsedTime(started), block.Content.Length);
        return new CommitResult(Append.Done, draft.Submissions);
    }

    private void Show(PartitionState current) => board.Status = current.Status;

    // An account that is opened a second time would start again at zero. It cannot happen while everything that commands
    // touch is loaded; if it were to, no block may say so.
    private async Task RefuseReopeningAsync(LedgerView view, CancellationToken cancellationToken)
    {
        foreach (var record in view.Records)
            foreach (var opened in record.Opened)
                if (state.Records.MayKnow(opened.Id) && await state.Records.HasOpenedAsync(opened.Id, cancellationToken))
                    throw new ProjectionLostException($"account {opened.Id} is in the log but was not loaded");
    }

    private static partial class PartitionEngineLog
    {
        [LoggerMessage(3004, LogLevel.Warning, "Partition {Partition}: the projection up to block {Block} is incomplete ({Reason}); "
            + "all of it is worked out again")]
        public static partial void Rebuild(ILogger logger, int partition, long block, string reason);
    }
}
