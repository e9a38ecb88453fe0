using System.Diagnostics;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Submissions;

/// <param name="Outcomes">One for each command.</param>
/// <param name="Accounts">The accounts that were to be read, as of one block; null where there is none.</param>
internal readonly record struct SubmissionResult(Committed[] Outcomes, AccountState?[] Accounts);

/// <summary>Commands of one request that wait for their outcome. Without commands: a read that waits until the state is current.</summary>
/// <param name="commands">What to commit, all of one tenant and all in one block.</param>
/// <param name="hasRequestRecord">The first command stands for the key of the request: where the log has it already, nothing else
/// is executed.</param>
internal sealed class Submission(Command[] commands, bool hasRequestRecord = false)
{
    private readonly TaskCompletionSource<SubmissionResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Command[] Commands { get; } = commands;

    public bool HasRequestRecord => hasRequestRecord;

    /// <summary>Accounts to read together, between two blocks.</summary>
    public Guid[] Read { get; init; } = [];

    /// <summary>Asks that everything is worked out again from the first block.</summary>
    public string? Rebuild { get; set; }

    /// <summary>What it costs to commit: the number of its transfers and other commands. A read costs nothing.</summary>
    public int Weight { get; } = commands.Sum(command => command.Weight);

    /// <summary>Whose share of the queue it takes; nobody's for a read.</summary>
    public string Tenant => Commands.Length == 0 ? "" : Commands[0].Tenant;

    public Committed[] Outcomes { get; } = commands.Length == 0 ? [] : new Committed[commands.Length];

    /// <summary>Whether something was decided that is not in the log, and not for having been decided before.</summary>
    public bool HasUnkeptOutcome => Array.Exists(Outcomes, outcome => outcome.Record is { IsKept: false });

    public ActivityContext Parent { get; init; } = Activity.Current?.Context ?? default;

    /// <summary>When its caller gives up, a timestamp of the clock; null where the caller waits for the outcome.</summary>
    public long? Deadline { get; init; }

    /// <summary>Those that are answered together with it, where it is not awaited by itself.</summary>
    public SubmissionGroup? Group { get; init; }

    public Task<SubmissionResult> Completion => completion.Task;

    public static long DeadlineAfter(TimeSpan wait, TimeProvider time) =>
        time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);

    public TimeSpan TimeLeft(TimeProvider time) =>
        Deadline is { } deadline ? time.GetElapsedTime(time.GetTimestamp(), deadline) : TimeSpan.MaxValue;

    public void Complete(AccountState?[] accounts)
    {
        if (completion.TrySetResult(new SubmissionResult(Outcomes, accounts)))
            Group?.Done();
    }

    public void Fail(Exception exception)
    {
        if (completion.TrySetException(exception))
            Group?.Done();
    }
}
