using System.Diagnostics;
using System.Threading.Channels;
using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.Ledger.Model;
using CreditSystem.Api.Ledger.Projection;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>
/// One log and its only writer in this process. Everything that changes the state runs in one loop, so commands need no
/// locks: the loop takes what has come in while the last block was being written, decides it in memory, and commits it
/// with one insert. Other replicas may write the same log; the number of the block decides who was first.
/// </summary>
internal sealed partial class LedgerPartition(
    int number, IBlockStore store, LedgerOptions options, LedgerMetrics metrics, TimeProvider time, ILogger<LedgerPartition> logger)
{
    private readonly Channel<Submission> queue = Channel.CreateUnbounded<Submission>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IdIndex index = new();
    private PartitionReader? reader;
    private int waiting;

    // True until the first catch-up, and after an insert whose outcome is not known.
    private bool stale = true;

    public int Number => number;

    public LedgerState State { get; } = new();

    /// <summary>Commands that wait or are being committed.</summary>
    public int QueueDepth => Volatile.Read(ref waiting);

    public PartitionReader Reader => reader ??= new PartitionReader(number, store, State, index);

    /// <summary>Commits the commands; each gets its own outcome.</summary>
    /// <exception cref="LedgerUnavailableException">Nothing was written, or the outcome is not known.</exception>
    public Task<Committed[]> SubmitAsync(Command[] commands, bool keyed = false)
    {
        if (Interlocked.Add(ref waiting, commands.Length) > options.QueueCapacity && commands.Length < Volatile.Read(ref waiting))
        {
            Interlocked.Add(ref waiting, -commands.Length);
            metrics.Rejected("queue_full");
            throw new LedgerUnavailableException("The queue of this tenant's log is full.", LedgerUnavailableReason.QueueFull);
        }
        var submission = new Submission(commands, keyed);
        if (!queue.Writer.TryWrite(submission))
        {
            Interlocked.Add(ref waiting, -commands.Length);
            throw new LedgerUnavailableException("The ledger is stopping.", LedgerUnavailableReason.Stopping);
        }
        return submission.Completion;
    }

    /// <summary>Completes when the state holds all that was committed, by any replica, before this call.</summary>
    public Task SynchronizeAsync() => SubmitAsync([]);

    /// <summary>The account as this replica knows it.</summary>
    public ValueTask<AccountState?> LoadAccountAsync(Guid id) => ValueTask.FromResult(State.Account(id));

    /// <summary>How much of a transfer has been reversed.</summary>
    public ValueTask<long> LoadReversedAsync(Guid transfer) => ValueTask.FromResult(State.Reversed(transfer) ?? 0);

    public void Stop() => queue.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new List<Submission>();
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            var commands = 0;
            while (commands < options.MaxBlockCommands && queue.Reader.TryRead(out var submission))
            {
                batch.Add(submission);
                commands += submission.Commands.Length;
            }
            try
            {
                await ProcessAsync(batch, commands, cancellationToken);
            }
            catch (Exception exception)
            {
                stale = true;
                Fail(batch, exception);
            }
            finally
            {
                Interlocked.Add(ref waiting, -commands);
            }
        }
    }

    private async Task ProcessAsync(List<Submission> batch, int commands, CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(TimeSpan.FromSeconds(options.CommitTimeoutSeconds));
        if (stale)
        {
            await Reader.CatchUpAsync(deadline.Token);
            stale = false;
        }
        while (!await TryCommitAsync(batch, commands, deadline.Token))
            await Reader.CatchUpAsync(deadline.Token);
        FailPoints.Hit(FailPoints.BeforeReply);
        foreach (var submission in batch)
            submission.Complete();
    }

    /// <returns>False when another replica has taken the number of the block.</returns>
    private async Task<bool> TryCommitAsync(List<Submission> batch, int commands, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var view = new LedgerView(State, State.Head + 1, Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), State.At));
        using (LedgerTracing.Evaluate(batch))
        {
            await RememberAsync(view, batch, cancellationToken);
            foreach (var submission in batch)
                for (var i = 0; i < submission.Commands.Length; i++)
                    submission.Outcomes[i] = i > 0 && submission.Keyed && submission.Outcomes[0].Replayed
                        ? Recall(view, submission.Commands[i])
                        : Execute(view, submission.Commands[i]);
        }

        if (view.Records.Count == 0)
        {
            // Nothing to append means nothing to prove that the state is current.
            await Reader.CatchUpAsync(cancellationToken);
            return true;
        }
        using var activity = LedgerTracing.Commit(batch, number, view);
        var block = Block.Seal(number, view.BlockNumber, view.At, State.Hash, RecordWriter.Write(view.Records));
        if (!await AppendAsync(block, cancellationToken))
        {
            metrics.Fenced();
            return false;
        }
        Reader.Accept(block, view);
        metrics.Committed(view.Records, commands, Stopwatch.GetElapsedTime(started), block.Content.Length);
        return true;
    }

    private static Committed Execute(LedgerView view, Command command)
    {
        var replayed = view.Known(command.Id) is { } earlier && earlier.Command.Id == command.Id;
        return new Committed(Evaluator.Execute(view, command), replayed);
    }

    /// <summary>The outcome of a command whose request is in the log. What is not there was outside its bounds then, and is refused again.</summary>
    private static Committed Recall(LedgerView view, Command command) =>
        new(view.Known(command.Id) is { } earlier && earlier.Command.Id == command.Id ? earlier : LedgerRecord.Rejected(command, RejectionCode.LimitExceeded), true);

    /// <summary>
    /// Inserts until it is known who has the number. Trying the same block again is safe whatever became of the earlier
    /// attempt, because its number can be taken only once.
    /// </summary>
    private async Task<bool> AppendAsync(Block block, CancellationToken cancellationToken)
    {
        FailPoints.Hit(FailPoints.BeforeAppend);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var appended = await store.TryAppendAsync(block, cancellationToken);
                FailPoints.Hit(FailPoints.AfterAppend);
                return appended || await IsOursAsync(block, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                Log.AppendUncertain(logger, exception, number, block.Number, attempt);
                metrics.Uncertain();
            }
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(20 * attempt, 500)), time, cancellationToken);
        }
    }

    private async Task<bool> IsOursAsync(Block block, CancellationToken cancellationToken) =>
        await store.ReadAsync(number, block.Number, cancellationToken) is { } stored && stored.Hash.AsSpan().SequenceEqual(block.Hash);

    private async Task RememberAsync(LedgerView view, List<Submission> batch, CancellationToken cancellationToken)
    {
        var candidates = new List<long>();
        foreach (var submission in batch)
            foreach (var command in submission.Commands)
                foreach (var id in Needed(command))
                    if (Reader.MayKnow(id, candidates) && await Reader.FindAsync(id, cancellationToken) is { } found)
                        view.Remember(id, found);
    }

    /// <summary>The ids whose presence in the log the outcome depends on.</summary>
    private static IEnumerable<Guid> Needed(Command command)
    {
        yield return command.Id;
        if (command is ReverseTransfer reverse)
            yield return reverse.Transfer;
        if (Reference(command) is { } reference)
            yield return LedgerId.ForReference(command.Tenant, reference);
        if (command is MoveCreditsAtomically batch)
            foreach (var id in batch.Items.SelectMany(Needed))
                yield return id;
    }

    private static string? Reference(Command command) => command switch
    {
        MoveCredits move => move.Reference,
        ReverseTransfer reverse => reverse.Reference,
        PlaceHold place => place.Reference,
        IssueGrant issue => issue.Reference,
        _ => null,
    };

    private void Fail(List<Submission> batch, Exception exception)
    {
        var failure = exception switch
        {
            LedgerCorruptException => new LedgerUnavailableException("The log is damaged.", LedgerUnavailableReason.Corrupt, exception),
            _ => new LedgerUnavailableException("The outcome is not known yet.", LedgerUnavailableReason.Storage, exception),
        };
        Log.CommitFailed(logger, exception, number, State.Head);
        foreach (var submission in batch)
            submission.Fail(failure);
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Warning, "Partition {Partition}: the outcome of appending block {Block} is not known (attempt {Attempt})")]
        public static partial void AppendUncertain(ILogger logger, Exception exception, int partition, long block, int attempt);

        [LoggerMessage(3002, LogLevel.Error, "Partition {Partition}: no commit after block {Head}")]
        public static partial void CommitFailed(ILogger logger, Exception exception, int partition, long head);
    }
}
