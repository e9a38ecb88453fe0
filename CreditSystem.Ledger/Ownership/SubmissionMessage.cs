using System.Diagnostics;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Ownership;

/// <summary>
/// Submissions on their way to the owner, in the codec of the log. Beside what the log has of a command there is the trace that it
/// belongs to and how long its caller still waits.
/// </summary>
internal static class SubmissionMessage
{
    /// <param name="submissions">What is sent.</param>
    /// <param name="time">The clock of their deadlines.</param>
    /// <param name="span">That of the message, where there is one: what the owner does for the first submission is below it.</param>
    public static byte[] Write(IReadOnlyList<Submission> submissions, TimeProvider time, Activity? span = null)
    {
        var writer = new BsonWriter();
        writer.Documents("s"u8, [.. submissions], (writer, submission) =>
        {
            writer.Int64("left"u8, (long)submission.TimeLeft(time).TotalMilliseconds);
            var parent = span is not null && submission == submissions[0] ? span.Context : submission.Parent;
            if (parent != default)
                writer.String("parent"u8, $"00-{parent.TraceId}-{parent.SpanId}-{(int)parent.TraceFlags:x2}");
            writer.Flag("keyed"u8, submission.HasRequestRecord);
            writer.Documents("c"u8, submission.Commands, Write);
        });
        return writer.ToArray();
    }

    /// <returns>The submissions, and when all of them are answered.</returns>
    public static (Submission[] Submissions, Task Completion) Read(ReadOnlySpan<byte> message, TimeProvider time)
    {
        var reader = new BsonReader(message);
        var group = new SubmissionGroup();
        var submissions = reader.Documents("s"u8, (ref BsonReader document) =>
        {
            var left = TimeSpan.FromMilliseconds(document.Int64("left"u8));
            ActivityContext.TryParse(document.OptionalString("parent"u8), traceState: null, isRemote: true, out var parent);
            var hasRequestRecord = document.Flag("keyed"u8);
            return new Submission(document.Documents("c"u8, ReadCommand), hasRequestRecord)
            {
                Parent = parent,
                Group = group,
                Deadline = Submission.DeadlineAfter(left, time),
            };
        });
        reader.End();
        group.Expect(submissions.Length);
        return (submissions, group.Completion);
    }

    private static void Write(BsonWriter writer, Command command)
    {
        writer.String("trace"u8, command.TraceId);
        writer.Flag("trial"u8, !command.KeepsOutcome);
        if (command is not SettleAccount settle)
        {
            StoredCommand.Write(writer, command);
            return;
        }
        // The only one that the log never has.
        writer.Guid("settle"u8, settle.Account);
        writer.Guid("id"u8, settle.Id);
        writer.String("t"u8, settle.Tenant);
    }

    private static Command ReadCommand(ref BsonReader reader)
    {
        var (trace, isTrial) = (reader.OptionalString("trace"u8), reader.Flag("trial"u8));
        if (!reader.IsNext("settle"u8))
            return StoredCommand.Read(ref reader) with { TraceId = trace, KeepsOutcome = !isTrial };
        var account = reader.Guid("settle"u8);
        return new SettleAccount(reader.Guid("id"u8), reader.SharedString("t"u8), account) { TraceId = trace };
    }
}
