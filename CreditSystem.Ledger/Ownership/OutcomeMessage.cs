using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Ownership;

/// <summary>The owner's answer: for each submission its outcomes, as the log has them, or why it has none.</summary>
internal static class OutcomeMessage
{
    // Beside the reasons of LedgerUnavailableException, whose numbers replicas of neighbouring versions share.
    private const int CommandFailed = -1;

    /// <param name="submissions">All of them are completed.</param>
    public static byte[] Write(IEnumerable<Submission> submissions)
    {
        var writer = new BsonWriter();
        writer.Documents("s"u8, [.. submissions], (writer, submission) =>
        {
            if (submission.Completion.IsCompletedSuccessfully)
                writer.Documents("o"u8, submission.Outcomes, Write);
            else
                Write(writer, submission.Completion.Exception!.InnerException!);
        });
        return writer.ToArray();
    }

    /// <summary>Completes the submissions that the message answers, in the order in which they were sent.</summary>
    /// <param name="message">What the owner has answered.</param>
    /// <param name="submissions">Those that were sent; one stays open where the one that was asked is not the owner any more.</param>
    public static void Complete(ReadOnlySpan<byte> message, List<Submission> submissions)
    {
        var reader = new BsonReader(message);
        var next = 0;
        for (var array = reader.Array("s"u8); array.HasMore; next++)
        {
            var document = array.NextDocument();
            TryComplete(ref document, submissions[next]);
            document.End();
        }
        reader.End();
        if (next != submissions.Count)
            throw new LedgerCorruptException("The owner has not answered every submission.");
    }

    private static void Write(BsonWriter writer, Committed outcome)
    {
        var record = outcome.Record;
        writer.Flag("again"u8, outcome.Replayed);
        writer.Int64("b"u8, record.Block);
        writer.Int64("at"u8, record.At);
        writer.Int32("rules"u8, record.Rules);
        if (record.Command is not SettleAccount)
            writer.Documents("r"u8, [record], static (writer, record) => writer.Members(record));
    }

    private static void Write(BsonWriter writer, Exception failure)
    {
        writer.Int32("no"u8, failure is LedgerUnavailableException unavailable ? (int)unavailable.Reason : CommandFailed);
        writer.String("why"u8, (failure as CommandFailedException)?.InnerException?.Message ?? failure.Message);
    }

    private static void TryComplete(ref BsonReader reader, Submission submission)
    {
        if (!reader.IsNext("no"u8))
        {
            var outcomes = reader.Array("o"u8);
            for (var i = 0; i < submission.Outcomes.Length; i++)
                submission.Outcomes[i] = ReadOutcome(outcomes.NextDocument(), submission.Commands[i]);
            outcomes.End();
            submission.Complete([]);
            return;
        }
        var (number, why) = (reader.Int32("no"u8), reader.String("why"u8));
        if (number == (int)LedgerUnavailableReason.NotOwner)
            return;
        submission.Fail(number == CommandFailed
            ? new CommandFailedException(submission, null, new InvalidOperationException(why))
            : new LedgerUnavailableException(why, (LedgerUnavailableReason)number));
    }

    private static Committed ReadOutcome(BsonReader reader, Command command)
    {
        var isReplay = reader.Flag("again"u8);
        var (block, at, rules) = (reader.Int64("b"u8), reader.Int64("at"u8), reader.Int32("rules"u8));
        if (!reader.HasMore)
            return new Committed(new LedgerRecord(command, null) { Block = block, At = at, Rules = rules }, isReplay);
        var records = reader.Array("r"u8);
        var record = RecordReader.Record(records.NextRaw(), block, at, rules);
        records.End();
        reader.End();
        return new Committed(record, isReplay);
    }
}
