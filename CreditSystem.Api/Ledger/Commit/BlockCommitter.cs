using System.Diagnostics;
using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>Decides the commands of one block and appends it.</summary>
internal sealed partial class BlockCommitter(
    int partition, IBlockStore store, LedgerState state, PartitionReader reader, CommandNeeds needs, StateKeeper keeper, Checkpointer checkpointer,
    LedgerMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <returns>False when another replica has taken the number of the block.</returns>
    public async Task<bool> TryCommitAsync(List<Submission> batch, int commands, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var view = new LedgerView(state, state.Head + 1, Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), state.At), keeper.Rules);
        using (LedgerTracing.Evaluate(batch))
        {
            await needs.LoadAsync(view, batch, cancellationToken);
            foreach (var submission in batch)
                Execute(view, submission);
        }

        if (view.Records.Count == 0)
        {
            // Nothing to append means nothing to prove that the state is current.
            await keeper.CatchUpAsync(cancellationToken);
            return true;
        }
        await RefuseReopeningAsync(view, cancellationToken);
        using var activity = LedgerTracing.Commit(batch, partition, view);
        var block = Block.Seal(partition, view.BlockNumber, view.At, view.Rules, state.Hash, RecordWriter.Write(view.Records));
        if (!await AppendAsync(block, cancellationToken))
        {
            metrics.Fenced();
            return false;
        }
        state.Advance(view, block.At, block.Hash);
        reader.Add(block.Number, [.. view.Records]);
        checkpointer.Noted(view.Records.Count);
        metrics.Committed(view.Records, commands, Stopwatch.GetElapsedTime(started), block.Content.Length);
        return true;
    }

    private static void Execute(LedgerView view, Submission submission)
    {
        var (commands, outcomes) = (submission.Commands, submission.Outcomes);
        for (var i = 0; i < commands.Length; i++)
            outcomes[i] = i > 0 && submission.Keyed && outcomes[0].Replayed ? Recall(view, commands[i]) : Execute(view, commands[i]);
    }

    private static Committed Execute(LedgerView view, Command command)
    {
        var replayed = IsKnown(view, command);
        return new Committed(Evaluator.Execute(view, command), replayed);
    }

    /// <summary>The outcome of a command whose request is in the log. What is not there was outside its bounds then, and is refused again.</summary>
    private static Committed Recall(LedgerView view, Command command) =>
        new(IsKnown(view, command) ? view.Known(command.Id)! : LedgerRecord.Rejected(command, RejectionCode.LimitExceeded), true);

    private static bool IsKnown(LedgerView view, Command command) => view.Known(command.Id) is { } earlier && earlier.Command.Id == command.Id;

    // An account that is opened a second time would start again at zero. It cannot happen while everything that commands
    // touch is loaded; if it were to, no block may say so.
    private async Task RefuseReopeningAsync(LedgerView view, CancellationToken cancellationToken)
    {
        foreach (var record in view.Records)
            foreach (var opened in record.Opened)
                if (reader.MayKnow(opened.Id) && await reader.HasOpenedAsync(opened.Id, cancellationToken))
                    throw new ProjectionLostException($"account {opened.Id} is in the log but was not loaded");
    }

    /// <summary>
    /// Inserts until it is known who has the number. After an attempt whose outcome is not known the log is asked first;
    /// trying the same block again is safe all the same, because its number can be taken only once.
    /// </summary>
    private async Task<bool> AppendAsync(Block block, CancellationToken cancellationToken)
    {
        FailPoints.Hit(FailPoints.BeforeAppend);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (attempt > 1 && await IsOursAsync(block, cancellationToken) is { } decided)
                    return decided;
                var appended = await store.TryAppendAsync(block, cancellationToken);
                FailPoints.Hit(FailPoints.AfterAppend);
                return appended || await IsOursAsync(block, cancellationToken) is true;
            }
            catch (Exception exception) when (exception is not LedgerCorruptException && !cancellationToken.IsCancellationRequested)
            {
                BlockCommitterLog.AppendUncertain(logger, exception, partition, block.Number, attempt);
                metrics.Uncertain();
            }
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(20 * attempt, 500)), time, cancellationToken);
        }
    }

    /// <summary>Whether the block with the number is this one; null where there is none.</summary>
    private async Task<bool?> IsOursAsync(Block block, CancellationToken cancellationToken) =>
        (await store.ReadAsync(partition, block.Number, cancellationToken))?.Hash.AsSpan().SequenceEqual(block.Hash);

    private static partial class BlockCommitterLog
    {
        [LoggerMessage(3001, LogLevel.Warning, "Partition {Partition}: the outcome of appending block {Block} is not known (attempt {Attempt})")]
        public static partial void AppendUncertain(ILogger logger, Exception exception, int partition, long block, int attempt);
    }
}
