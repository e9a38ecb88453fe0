using System.Diagnostics;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Ownership;

/// <summary>
/// Sends the commands of one partition to the replica that owns it. What comes in while messages are under way goes together in the
/// next one. Where the owner dies under way, or is none any more, the same commands are sent to the next one: their ids let each
/// happen once.
/// </summary>
internal sealed partial class CommandForwarder(
    int partition, IOwnerTransport transport, SharedAllowance.Share memory, LedgerOptions options, LedgerMetrics metrics,
    TimeProvider time, ILogger logger)
{
    // Attempts: about a second, which is longer than it takes to find another owner for one that has died.
    private const int LongSilence = 12;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly SubmissionQueue queue = new(
        options.QueueCapacity, memory, Math.Max(1, options.MaxBlockCommands / SubmissionQueue.TurnsPerBlock));
    private readonly TaskCompletionSource abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan timeout = TimeSpan.FromSeconds(options.CommitTimeoutSeconds);

    /// <summary>Commands that wait for a message or are under way.</summary>
    public int QueueDepth => queue.Depth;

    /// <exception cref="LedgerUnavailableException">Nothing was written, or the outcome is not known.</exception>
    public async Task<Committed[]> SubmitAsync(Command[] commands, bool hasRequestRecord)
    {
        var submission = new Submission(commands, hasRequestRecord) { Deadline = Submission.DeadlineAfter(timeout, time) };
        queue.Add(submission, metrics);
        metrics.Forwarded(commands.Length);
        return (await submission.Completion).Outcomes;
    }

    /// <summary>
    /// Runs until <see cref="Stop"/>, and until all that has come in before is answered. One message is under way at a time: a second
    /// one was no faster for one tenant, and has fewer commands in each.
    /// </summary>
    public async Task RunAsync()
    {
        while (await queue.WaitAsync())
        {
            var batch = queue.Take(options.MaxBlockCommands);
            for (var attempt = 1; !Settle(batch); attempt++)
            {
                if (attempt > 1)
                    await Task.Delay(PauseBefore(attempt), time);
                await TrySendAsync(batch, attempt);
            }
        }
    }

    public void Stop() => queue.Complete();

    /// <summary>
    /// No owner answers this replica any more: what waits for one is told at once that its outcome is not known, and nothing new is taken.
    /// </summary>
    public void Abandon()
    {
        queue.Complete();
        abandoned.TrySetResult();
    }

    private static TimeSpan PauseBefore(int attempt) =>
        TimeSpan.FromMilliseconds(Math.Min(5 << Math.Min(attempt - 1, 8), LongestPause.TotalMilliseconds));

    private async Task TrySendAsync(List<Submission> batch, int attempt)
    {
        using var span = LedgerTracing.Forward(batch, partition, attempt);
        try
        {
            var left = batch.Min(submission => submission.TimeLeft(time));
            using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
            var sending = transport.SendAsync(partition, SubmissionMessage.Write(batch, time, span)).WaitAsync(limit.Token);
            if (await Task.WhenAny(sending, abandoned.Task) == sending)
                OutcomeMessage.Complete((await sending).Span, batch);
        }
#pragma warning disable CA1031 // Whatever it was, whether the message has arrived is not known, and the next attempt finds out.
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            if (attempt == LongSilence)
                CommandForwarderLog.OwnerSilent(logger, exception, partition, attempt);
            else
                CommandForwarderLog.NotSent(logger, exception, partition, attempt);
        }
#pragma warning restore CA1031
    }

    /// <summary>Those that are answered, or that nobody waits for any more, leave the batch.</summary>
    /// <returns>Whether none is left.</returns>
    private bool Settle(List<Submission> batch)
    {
        foreach (var submission in batch)
        {
            if (!submission.Completion.IsCompleted && (abandoned.Task.IsCompleted || submission.TimeLeft(time) <= TimeSpan.Zero))
                submission.Fail(LedgerUnavailableException.Unknown(inner: null));
            if (submission.Completion.IsCompleted)
                queue.Release(submission);
        }
        batch.RemoveAll(submission => submission.Completion.IsCompleted);
        return batch.Count == 0;
    }

    private static partial class CommandForwarderLog
    {
        [LoggerMessage(3022, LogLevel.Warning, "Partition {Partition}: no replica commits what is sent to it ({Attempts} attempts)")]
        public static partial void OwnerSilent(ILogger logger, Exception exception, int partition, int attempts);

        [LoggerMessage(3020, LogLevel.Debug, "Partition {Partition}: the owner has not answered (attempt {Attempt})")]
        public static partial void NotSent(ILogger logger, Exception exception, int partition, int attempt);
    }
}
