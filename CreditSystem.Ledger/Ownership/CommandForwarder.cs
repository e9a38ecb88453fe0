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
    // While one is committed the next is on its way, so that the owner's loop need not wait for it.
    private const int MessagesAtOnce = 2;

    // Attempts: about a second, which is longer than it takes to find another owner for one that has died.
    private const int LongSilence = 12;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly SubmissionQueue queue = new(
        options.QueueCapacity, memory, Math.Max(1, options.MaxBlockCommands / SubmissionQueue.TurnsPerBlock));
    private readonly TimeSpan timeout = TimeSpan.FromSeconds(options.CommitTimeoutSeconds);

    /// <summary>Commands that wait for a message or are under way.</summary>
    public int QueueDepth => queue.Depth;

    /// <exception cref="LedgerUnavailableException">Nothing was written, or the outcome is not known.</exception>
    public async Task<Committed[]> SubmitAsync(Command[] commands, bool hasRequestRecord)
    {
        var submission = new Submission(commands, hasRequestRecord) { Deadline = Submission.DeadlineAfter(timeout, time) };
        queue.Add(submission, metrics);
        metrics.Forwarded(commands.Length);
        try
        {
            return (await submission.Completion.WaitAsync(timeout, time)).Outcomes;
        }
        catch (TimeoutException)
        {
            throw LedgerUnavailableException.Unknown(inner: null);
        }
    }

    /// <summary>Runs until <see cref="Stop"/>, and until all that has come in before is answered.</summary>
    public async Task RunAsync()
    {
        using var messages = new SemaphoreSlim(MessagesAtOnce);
        while (await queue.WaitAsync())
        {
            await messages.WaitAsync();
            _ = SendAsync(queue.Take(options.MaxBlockCommands), messages);
        }
        for (var i = 0; i < MessagesAtOnce; i++)
            await messages.WaitAsync();
    }

    public void Stop() => queue.Complete();

    private async Task SendAsync(List<Submission> batch, SemaphoreSlim messages)
    {
        for (var attempt = 1; batch.Count > 0; attempt++)
        {
            var sent = batch.ToList();
            try
            {
                FailExpired(batch);
                using var limit = new CancellationTokenSource(timeout, time);
                if (batch.Count > 0)
                    OutcomeMessage.Complete(
                        (await transport.SendAsync(partition, SubmissionMessage.Write(batch, time), limit.Token)).Span, batch);
            }
#pragma warning disable CA1031 // Whatever it was, whether the message has arrived is not known, and the next attempt finds out.
            catch (Exception exception)
            {
                if (attempt == LongSilence)
                    CommandForwarderLog.OwnerSilent(logger, exception, partition, attempt);
                else
                    CommandForwarderLog.NotSent(logger, exception, partition, attempt);
            }
#pragma warning restore CA1031
            foreach (var answered in sent.Except(batch))
                queue.Release(answered);
            if (batch.Count > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5 << Math.Min(attempt, 8), LongestPause.TotalMilliseconds)), time);
        }
        messages.Release();
    }

    private void FailExpired(List<Submission> batch)
    {
        foreach (var expired in batch.Where(submission => submission.TimeLeft(time) <= TimeSpan.Zero))
            expired.Fail(LedgerUnavailableException.Unknown(inner: null));
        batch.RemoveAll(submission => submission.Completion.IsCompleted);
    }

    private static partial class CommandForwarderLog
    {
        [LoggerMessage(3022, LogLevel.Warning, "Partition {Partition}: no replica commits what is sent to it ({Attempts} attempts)")]
        public static partial void OwnerSilent(ILogger logger, Exception exception, int partition, int attempts);

        [LoggerMessage(3020, LogLevel.Debug, "Partition {Partition}: the owner has not answered (attempt {Attempt})")]
        public static partial void NotSent(ILogger logger, Exception exception, int partition, int attempt);
    }
}
