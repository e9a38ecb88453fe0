using System.Diagnostics;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Submissions;
using CreditSystem.Ledger.Tests.Codec;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Ownership;

/// <summary>What travels between replicas.</summary>
public sealed class MessageTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Every_command_arrives_as_it_was_sent()
    {
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        Command[] commands = [.. SampleRecords.Commands().Select(command =>
            command with { TraceId = "t-1" }), new SettleAccount(Guid.NewGuid(), "acme", Guid.NewGuid())];
        var sent = new Submission(commands, hasRequestRecord: true)
        {
            Parent = parent,
            Deadline = Submission.DeadlineAfter(TimeSpan.FromSeconds(3), time)
        };

        var message = SubmissionMessage.Write([sent, new Submission([commands[0]]) { Parent = default, Deadline = sent.Deadline }], time);
        time.Advance(TimeSpan.FromDays(1));
        var (read, answered) = SubmissionMessage.Read(message, time);
        var (first, second) = read is [var one, var two] ? (one, two) : throw new InvalidOperationException();

        Assert.Equal((parent.TraceId, parent.SpanId, parent.TraceFlags), (first.Parent.TraceId, first.Parent.SpanId,
            first.Parent.TraceFlags));
        Assert.Equal((true, false, default), (first.HasRequestRecord, second.HasRequestRecord, second.Parent));
        Assert.Equal(TimeSpan.FromSeconds(3), first.TimeLeft(time));
        Assert.Equal(message, SubmissionMessage.Write([first, second], time));
        Assert.Equal(commands.Select(command => (command.GetType(), command.Id, command.TraceId)), first.Commands.Select(command =>
            (command.GetType(), command.Id, command.TraceId)));
        first.Complete([]);
        Assert.False(answered.IsCompleted);
        second.Fail(LedgerUnavailableException.Recovering());
        Assert.True(answered.IsCompletedSuccessfully);
    }

    [Fact]
    public void Every_record_comes_back_as_the_log_has_it()
    {
        var records = SampleRecords.Records();
        var done = new Submission([.. records.Select(record => record.Command)]);
        for (var i = 0; i < records.Length; i++)
            done.Outcomes[i] = new Committed(records[i] with { Block = 9, At = 99, Rules = 2 }, Replayed: i % 2 == 0);
        done.Complete([]);
        var failed = new Submission([records[0].Command]);
        failed.Fail(new LedgerUnavailableException("The log is damaged.", LedgerUnavailableReason.Corrupt));
        var notOwner = new Submission([records[0].Command]);
        notOwner.Fail(LedgerUnavailableException.Refused(LedgerUnavailableReason.NotOwner));
        List<Submission> waiting = [new(done.Commands), new(failed.Commands), new(notOwner.Commands)];
        var (first, second) = (waiting[0], waiting[1]);

        OutcomeMessage.Complete(OutcomeMessage.Write([done, failed, notOwner]), waiting);

        Assert.Equal(RecordWriter.Write(records), RecordWriter.Write([.. first.Outcomes.Select(outcome => outcome.Record)]));
        Assert.Equal(done.Outcomes.Select(Facts), first.Outcomes.Select(Facts));
        var failure = Assert.IsType<LedgerUnavailableException>(second.Completion.Exception!.InnerException);
        Assert.Equal((LedgerUnavailableReason.Corrupt, "The log is damaged."), (failure.Reason, failure.Message));
        Assert.Equal([true, true, false], waiting.Select(submission => submission.Completion.IsCompleted));

        static (long, long, int, bool) Facts(Committed outcome) =>
            (outcome.Record.Block, outcome.Record.At, outcome.Record.Rules, outcome.Replayed);
    }

    [Fact]
    public void A_message_that_is_cut_short_is_refused()
    {
        var message = SubmissionMessage.Write([new Submission([SampleRecords.Commands()[0]]) { Deadline = 0 }], time);

        Assert.Throws<LedgerCorruptException>(() => SubmissionMessage.Read(message.AsSpan(0, message.Length - 3), time));
    }

    [Fact]
    public void An_answer_to_fewer_submissions_than_were_sent_leaves_the_rest_waiting()
    {
        var command = SampleRecords.Commands()[0];
        var done = new Submission([command]);
        done.Outcomes[0] = new Committed(LedgerRecord.Rejected(command, RejectionCode.AccountNotFound), Replayed: false);
        done.Complete([]);
        List<Submission> waiting = [new([command]), new([command])];

        Assert.Throws<LedgerCorruptException>(() => OutcomeMessage.Complete(OutcomeMessage.Write([done]), waiting));
        Assert.Equal(2, waiting.Count);
    }
}
