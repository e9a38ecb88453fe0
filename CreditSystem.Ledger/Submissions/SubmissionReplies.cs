using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Submissions;

/// <summary>Answers submissions that were taken, and gives their room in the queue back. What is answered leaves its batch.</summary>
internal sealed partial class SubmissionReplies(int partition, SubmissionQueue queue, LedgerMetrics metrics, ILogger logger)
{
    /// <summary>The first submissions have their outcomes, and get the accounts that they asked for.</summary>
    public void Complete(List<Submission> batch, int count, PartitionEngine engine)
    {
        var done = batch.GetRange(0, Math.Min(count, batch.Count));
        batch.RemoveRange(0, done.Count);
        foreach (var submission in done)
        {
            queue.Release(submission);
            submission.Complete(engine.Snapshot(submission.Read));
        }
    }

    /// <summary>One submission fails, and the others go on without it.</summary>
    public void Fail(List<Submission> batch, CommandFailedException failed)
    {
        var (culprit, command) = (failed.Submission, failed.Command ?? failed.Submission.Commands.FirstOrDefault());
        Log.CommandFailed(logger, failed.InnerException, partition, command?.Tenant, command?.Id, culprit.Parent.TraceId.ToHexString());
        metrics.Rejected("failed");
        Fail(batch, submission => submission == culprit, failed);
    }

    public void Fail(List<Submission> batch, Predicate<Submission> which, Exception exception)
    {
        var failed = batch.FindAll(which);
        batch.RemoveAll(which);
        var shown = Explain(exception);
        foreach (var submission in failed)
        {
            queue.Release(submission);
            submission.Fail(shown);
        }
    }

    private static Exception Explain(Exception exception) => exception switch
    {
        LedgerUnavailableException => exception,
        LedgerCorruptException or CommandFailedException { InnerException: LedgerCorruptException } =>
        LedgerUnavailableException.Corrupt(exception),
        CommandFailedException { InnerException: BlockTooLargeException tooLarge } =>
            new LedgerUnavailableException(tooLarge.Message, LedgerUnavailableReason.TooLarge, tooLarge),
        CommandFailedException { InnerException: LedgerUnavailableException unavailable } => unavailable,
        CommandFailedException => exception,
        _ => LedgerUnavailableException.Unknown(exception),
    };

    private static partial class Log
    {
        [LoggerMessage(
            3009, LogLevel.Error, "Partition {Partition}: command {Command} of tenant {Tenant} (trace {Trace}) cannot be decided; "
            + "the others go on without it")]
        public static partial void CommandFailed(
            ILogger logger, Exception? exception, int partition, string? tenant, Guid? command, string trace);
    }
}
