using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Partitions;

/// <summary>The ledger cannot answer now, or cannot know the outcome. A retry with the same key is safe.</summary>
public class LedgerUnavailableException(string message, LedgerUnavailableReason reason, Exception? inner = null) : Exception(message, inner)
{
    public LedgerUnavailableReason Reason { get; } = reason;

    internal static LedgerUnavailableException Recovering() =>
        new("The ledger is being read. Try again.", LedgerUnavailableReason.Recovering);

    internal static LedgerUnavailableException Unknown(Exception? inner) =>
        new("The outcome is not known yet.", LedgerUnavailableReason.Storage, inner);

    internal static LedgerUnavailableException Refused(LedgerUnavailableReason reason) => new(
        reason switch
        {
            LedgerUnavailableReason.QueueFull => "The queue of this tenant's log is full.",
            LedgerUnavailableReason.NotOwner => "Another replica commits this log.",
            _ => "The ledger is stopping.",
        }, reason);

    internal static LedgerUnavailableException OlderRules(int rules, int since) => new(
        $"The ledger is written by version {rules} of its rules; this takes version {since} (Ledger:RulesVersion).",
        LedgerUnavailableReason.OlderRules);

    internal static LedgerUnavailableException Corrupt(Exception exception) =>
        new("The log is damaged.", LedgerUnavailableReason.Corrupt, exception);
}

/// <summary>Why. The numbers travel between replicas: a new one goes to the end.</summary>
public enum LedgerUnavailableReason
{
    QueueFull,
    Storage,
    Stopping,
    Corrupt,

    /// <summary>The log is being read; what it holds is not known yet.</summary>
    Recovering,

    /// <summary>The clock of this replica is ahead of the database's, so it may not decide what has expired.</summary>
    ClockAhead,

    /// <summary>What the request alone would write does not fit into a block, now or later.</summary>
    TooLarge,

    /// <summary>The log has blocks of a newer version of the program: a replica of that version can answer.</summary>
    NewerRules,

    /// <summary>Another replica commits this log now; the command goes there. Seen between replicas only.</summary>
    NotOwner,

    /// <summary>The database is still written by a version of the rules that does not know what is asked.</summary>
    OlderRules,
}

/// <summary>A command cannot be decided, whatever else is in its block. Only its own request fails.</summary>
internal sealed class CommandFailedException(Submission submission, Command? command, Exception inner)
    : Exception("The command cannot be decided.", inner)
{
    public Submission Submission { get; } = submission;

    public Command? Command { get; } = command;

    /// <summary>Whether a failure is that of the command itself and not of what it was read from.</summary>
    public static bool IsOfTheCommand(Exception exception) => exception is not
        (LedgerUnavailableException or OperationCanceledException or Evaluation.ProjectionLostException or OutOfMemoryException
            or CommandFailedException);
}
